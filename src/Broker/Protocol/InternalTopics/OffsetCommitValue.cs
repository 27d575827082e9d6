namespace MedStreams.Broker.Protocol;

/// <summary>An offset in __consumer_offsets; a tombstone deletes it.</summary>
/// <remarks>
/// By version. 1: the time at which it expires. 2: it expires by the broker's setting. 3: leader epoch. 4:
/// flexible.
/// </remarks>
internal sealed class OffsetCommitValue : IVersionedData
{
    /// <inheritdoc/>
    public static short LowestVersion => 0;

    /// <inheritdoc/>
    public static short HighestVersion => 4;

    /// <inheritdoc/>
    public static short FirstFlexibleVersion => 4;

    public long Offset { get; set; }

    public int LeaderEpoch { get; set; } = -1;

    public string Metadata { get; set; } = "";

    public long CommitTimestamp { get; set; }

    public long ExpireTimestamp { get; set; } = -1;

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Offset = w.Int64(Offset);
        if (w.Version >= 3)
            LeaderEpoch = w.Int32(LeaderEpoch);
        Metadata = w.String(Metadata);
        CommitTimestamp = w.Int64(CommitTimestamp);
        if (w.Version == 1)
            ExpireTimestamp = w.Int64(ExpireTimestamp);
        w.End();
    }
}
