using System.Globalization;
using System.Text;

namespace MedStreams.Dicom.Web;

/// <summary>What is searched for (QIDO-RS, PS3.18 section 10.6).</summary>
public sealed record QidoQuery
{
    /// <summary>Studies, series or instances.</summary>
    public required QidoLevel Level { get; init; }

    /// <summary>The study whose series or instances are searched for; null: of all.</summary>
    public string? Study { get; init; }

    /// <summary>The series whose instances are searched for; null: of all.</summary>
    public string? Series { get; init; }

    /// <summary>What has to match: exact, with <c>*</c> and <c>?</c>, or a range such as <c>20200101-20201231</c>. Empty: everything.</summary>
    public IReadOnlyList<KeyValuePair<DicomTag, string>> Matches { get; init; } = [];

    /// <summary>What is to be answered beside what always is (tables 10.6.3-3 to -5).</summary>
    public IReadOnlyList<DicomTag> Include { get; init; } = [];

    /// <summary>The tag whose value names what is found.</summary>
    public DicomTag Key => Level switch
    {
        QidoLevel.Studies => Tags.StudyInstanceUid,
        QidoLevel.Series => Tags.SeriesInstanceUid,
        _ => Tags.SopInstanceUid,
    };

    /// <summary>The query as a part of an address.</summary>
    /// <exception cref="ArgumentException">An identifier is none.</exception>
    /// <exception cref="InvalidOperationException">A series is named without its study.</exception>
    internal string Address(long offset, int limit)
    {
        if (Series is not null && Study is null)
            throw new InvalidOperationException("A series is searched within its study.");
        var address = new StringBuilder();
        if (Study is not null)
            address.Append(CultureInfo.InvariantCulture, $"studies/{DicomWebPath.Segment(Study)}/");
        if (Series is not null)
            address.Append(CultureInfo.InvariantCulture, $"series/{DicomWebPath.Segment(Series)}/");
        address.Append(Level switch { QidoLevel.Studies => "studies", QidoLevel.Series => "series", _ => "instances" });
        address.Append(CultureInfo.InvariantCulture, $"?limit={limit}&offset={offset}&fuzzymatching=false");
        foreach (var (tag, value) in Matches)
            address.Append(CultureInfo.InvariantCulture, $"&{tag.Group:X4}{tag.Element:X4}={Uri.EscapeDataString(value)}");
        foreach (var tag in Include)
            address.Append(CultureInfo.InvariantCulture, $"&includefield={tag.Group:X4}{tag.Element:X4}");
        return address.ToString();
    }
}

/// <summary>What a search finds.</summary>
public enum QidoLevel
{
    /// <summary>Studies.</summary>
    Studies,

    /// <summary>Series.</summary>
    Series,

    /// <summary>Instances.</summary>
    Instances,
}
