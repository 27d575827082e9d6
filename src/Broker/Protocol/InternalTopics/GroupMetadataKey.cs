namespace MedStreams.Broker.Protocol;

/// <summary>The key of a group in __consumer_offsets.</summary>
/// <remarks>
/// Version 2 only: 0 and 1 are keys of offsets.
/// </remarks>
internal sealed class GroupMetadataKey : IVersionedData
{
    /// <inheritdoc/>
    public static short LowestVersion => 2;

    /// <inheritdoc/>
    public static short HighestVersion => 2;

    /// <inheritdoc/>
    public static short FirstFlexibleVersion => short.MaxValue;

    public string Group { get; set; } = "";

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Group = w.String(Group);
        w.End();
    }
}
