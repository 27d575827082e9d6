using System.Globalization;

namespace MedStreams.Dicom.Web;

/// <summary>A failure reason (0008,1197) or a warning reason (0008,1196); PS3.18 tables I.2-1 and I.2-2.</summary>
/// <param name="Code">The number.</param>
public readonly record struct StowReason(int Code)
{
    /// <summary>The instance is there already, the service says.</summary>
    public const int Duplicate = 0x0111;

    /// <summary>Whether the same instance may be taken later.</summary>
    public bool MayBeRepeated => Code is 0x0110 || Code >> 8 == 0xA7;

    /// <summary>Whether the service stored the instance with changes.</summary>
    public bool IsChange => Code is 0xB000 or 0xB006;

    /// <summary>The number and its meaning.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Code:X4}, {Meaning}");

    private string Meaning => Code switch
    {
        0x0110 => "processing failure",
        Duplicate => "there already",
        0x0122 => "SOP class not supported",
        0x0124 => "not authorized",
        0xB000 => "stored, with values coerced",
        0xB006 => "stored, with elements left out",
        0xB007 => "stored, though it does not fit its SOP class",
        0xC122 => "transfer syntax not supported",
        _ => (Code >> 8) switch
        {
            0xA7 => "out of resources",
            0xA9 => "the data set does not fit its SOP class",
            >= 0xC0 and <= 0xCF => "cannot be understood",
            _ => "not in the standard",
        },
    };
}
