namespace MedStreams.Broker.Protocol;

/// <summary>The key of an offset in __consumer_offsets.</summary>
/// <remarks>
/// Versions 0 and 1 are the same; 2 is the key of a group.
/// </remarks>
internal sealed class OffsetCommitKey : IVersionedData
{
    /// <inheritdoc/>
    public static short LowestVersion => 0;

    /// <inheritdoc/>
    public static short HighestVersion => 1;

    /// <inheritdoc/>
    public static short FirstFlexibleVersion => short.MaxValue;

    public string Group { get; set; } = "";

    public string Topic { get; set; } = "";

    public int Partition { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Group = w.String(Group);
        Topic = w.String(Topic);
        Partition = w.Int32(Partition);
        w.End();
    }
}
