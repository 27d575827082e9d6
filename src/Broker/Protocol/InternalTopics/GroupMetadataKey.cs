namespace MedStreams.Broker.Protocol;

/// <summary>Data.</summary>
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
