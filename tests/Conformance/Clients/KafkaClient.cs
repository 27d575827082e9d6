namespace MedStreams.Conformance.Tests;

/// <summary>What header values a client can send.</summary>
internal enum SentHeaders
{
    /// <summary>Texts.</summary>
    Texts,

    /// <summary>Any bytes.</summary>
    Bytes,

    /// <summary>Any bytes, and null.</summary>
    All,
}

/// <summary>One transaction of a script.</summary>
internal sealed record TransactionPart(
    IReadOnlyList<ClientRecord> Records, bool Commit, string? Group = null, string? Input = null, long? Offset = null);

/// <summary>A client that the broker is tested with. Every method fails the test when the client fails.</summary>
internal abstract class KafkaClient(string name) : IAsyncDisposable
{
    public string Name => name;

    /// <summary>The codecs that it compresses with and reads.</summary>
    public required IReadOnlyList<string> Codecs { get; init; }

    public SentHeaders SentHeaders { get; init; } = SentHeaders.All;

    /// <summary>Whether it sends records with neither key nor value.</summary>
    public bool SendsNothing { get; init; } = true;

    /// <summary>Whether empty keys and values stay apart from those that are null.</summary>
    public bool SendsEmpty { get; init; } = true;

    /// <summary>Whether it lets the caller say when a record was made.</summary>
    public bool SendsTimestamps { get; init; } = true;

    /// <summary>Whether it tells of headers only how they are printed.</summary>
    public bool PrintsHeaders { get; init; }

    /// <summary>Whether it tells an empty header from one that is null.</summary>
    public bool ReadsNullHeaders { get; init; } = true;

    public bool IsIdempotent { get; init; } = true;

    /// <summary>Whether it leaves out what was aborted, and the markers.</summary>
    public bool KnowsTransactions { get; init; } = true;

    /// <summary>What of these records it can send, as it will send them.</summary>
    public virtual IReadOnlyList<ClientRecord> Sendable(IEnumerable<ClientRecord> records) =>
    [
        .. records
            .Where(r => SendsNothing || r.Key is not null || r.Value is not null)
            .Where(r => SendsEmpty || (r.Key is not { Length: 0 } && r.Value is not { Length: 0 }))
            .Where(r => r.Headers.All(h => SentHeaders switch
            {
                SentHeaders.All => true,
                SentHeaders.Bytes => h.Value is not null,
                _ => h.Value is not null && h.Value.All(b => b is >= 32 and < 127),
            })),
    ];

    public abstract Task ProduceAsync(string topic, string codec, bool idempotent, IReadOnlyList<ClientRecord> records);

    /// <summary>Reads topics, given with their numbers of partitions, from their beginnings to their ends.</summary>
    public abstract Task<ILookup<string, ClientRecord>> ConsumeAsync(IReadOnlyDictionary<string, int> topics, bool committed);

    /// <summary>Reads so many records as a member of a group, commits each, and leaves.</summary>
    public abstract Task<IReadOnlyList<byte[]?>> RelayAsync(string group, string topic, int count);

    public abstract ValueTask DisposeAsync();
}
