namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>
/// Names the lane of a raw record: a keyed hash of its key, since keys may name patients; without a key its partition. Records of one lane
/// lie in one partition, in order. For one thread.
/// </summary>
internal sealed class LaneNames
{
    private const int Length = 11;

    private readonly Pseudonymizer _pseudonyms;
    private readonly Utf8Interner _names;

    public LaneNames(LogParsingOptions options)
    {
        _pseudonyms = new(options.PseudonymKey);
        _names = new(1024, key => _pseudonyms.Of("lane"u8, key)![..Length]);
    }

    public string Of(ReadOnlySpan<byte> key, int partition) => key.IsEmpty ? $"p{partition}" : _names.Get(key);
}
