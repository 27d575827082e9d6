namespace MedStreams.Dicom.Web;

/// <summary>What a request is about: a study, a series of it, an instance of that.</summary>
/// <param name="Study">Study Instance UID.</param>
/// <param name="Series">Series Instance UID; null: the whole study.</param>
/// <param name="Instance">SOP Instance UID; null: the whole series.</param>
public sealed record DicomWebPath(string Study, string? Series = null, string? Instance = null)
{
    /// <summary>As part of an address.</summary>
    /// <exception cref="ArgumentException">An identifier is empty or would climb in the path.</exception>
    /// <exception cref="InvalidOperationException">There is an instance without a series.</exception>
    internal string Address
    {
        get
        {
            if (Instance is not null && Series is null)
                throw new InvalidOperationException("An instance is asked for within its series.");
            var address = $"studies/{Segment(Study)}";
            if (Series is not null)
                address += $"/series/{Segment(Series)}";
            return Instance is null ? address : $"{address}/instances/{Segment(Instance)}";
        }
    }

    /// <summary>What it is called in messages.</summary>
    internal string Kind => Instance is not null ? "instance" : Series is not null ? "series" : "study";

    internal static string Segment(string uid) =>
        uid.Trim('.').Length == 0 ? throw new ArgumentException("An identifier is none.", nameof(uid)) : Uri.EscapeDataString(uid);
}
