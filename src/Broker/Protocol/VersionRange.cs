using System.Runtime.InteropServices;

namespace MedStreams.Broker.Protocol;

/// <summary>Versions from the lowest to the highest, both included.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct VersionRange(short Lowest, short Highest)
{
    /// <summary>Whether a version is one of these.</summary>
    public bool Contains(short version) => version >= Lowest && version <= Highest;

    /// <inheritdoc/>
    public override string ToString() => $"{Lowest}-{Highest}";
}
