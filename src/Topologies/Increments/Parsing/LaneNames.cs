namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>
/// Names the lane of a raw record: a keyed hash of its key, since keys may name patients; without a key its partition. Records of one lane
/// lie in one partition, in order. For one thread.
/// </summary>
internal sealed class LaneNames(LogParsingOptions options)
{
    private const int Length = 11;

    private readonly Pseudonymizer _pseudonyms = new(options.PseudonymKey);

    public string Of(ReadOnlySpan<byte> key, int partition) =>
        _pseudonyms.Of("lane"u8, key) is { } name ? name[..Length] : $"p{partition}";
}
