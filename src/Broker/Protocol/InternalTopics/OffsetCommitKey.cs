namespace MedStreams.Broker.Protocol;

/// <summary>Data.</summary>
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
