using System.Collections.Frozen;

namespace MedStreams.Hl7;

/// <summary>The usual segment names as shared strings, so that reading a message makes no new ones.</summary>
internal static class SegmentNames
{
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Usual =
        FrozenSet.ToFrozenSet(
            [
                "ADD", "AIG", "AIL", "AIP", "AIS", "AL1", "BHS", "BTS", "DB1", "DG1", "DRG", "DSC", "DSP", "ERR", "EVN",
                "FHS", "FT1", "FTS", "GT1", "IAM", "IN1", "IN2", "IN3", "IPC", "MRG", "MSA", "MSH", "NK1", "NTE", "OBR",
                "OBX", "ORC", "PD1", "PID", "PR1", "PV1", "PV2", "QPD", "QRD", "RGS", "ROL", "RXA", "RXE", "RXO", "RXR",
                "SCH", "SFT", "SPM", "TQ1", "TXA", "UB1", "UB2", "ZDS",
            ],
            StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The name as a string.</summary>
    public static string Of(ReadOnlySpan<char> name) =>
        Usual.TryGetValue(name, out var shared) ? shared : name.ToString();
}
