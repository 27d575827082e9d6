namespace MedStreams.Streams.Testing;

/// <summary>
/// A sink that keeps records in memory, with the rules of a real one: a claim fences the owner before it, a commit is all or
/// nothing, offsets below the next one are ignored. Safe for use by several threads.
/// </summary>
/// <param name="reject">Answers why a record is refused for its content; null to take it. Null refuses nothing.</param>
public sealed class InMemorySink<TKey, TValue>(Func<Record<TKey, TValue>, string?>? reject = null) : ISink<TKey, TValue>
{
    private readonly Lock _lock = new();
    private readonly List<Record<TKey, TValue>> _records = [];
    private readonly Dictionary<SinkPartition, State> _partitions = [];

    /// <summary>The committed records, in the order of commits.</summary>
    public IReadOnlyList<Record<TKey, TValue>> Records
    {
        get
        {
            lock (_lock)
                return [.. _records];
        }
    }

    /// <summary>The next offset of a partition; null where nothing was ever committed.</summary>
    public long? NextOffset(SinkPartition partition)
    {
        lock (_lock)
            return _partitions.TryGetValue(partition, out var state) ? state.NextOffset : null;
    }

    /// <inheritdoc/>
    public ValueTask<ISinkWriter<TKey, TValue>> ClaimAsync(SinkPartition partition, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var before = _partitions.GetValueOrDefault(partition, new State(0, null));
            var claimed = before with { Epoch = before.Epoch + 1 };
            _partitions[partition] = claimed;
            return ValueTask.FromResult<ISinkWriter<TKey, TValue>>(
                new Writer(this, partition, claimed.Epoch, claimed.NextOffset));
        }
    }

    private sealed record State(int Epoch, long? NextOffset);

    private sealed class Writer(InMemorySink<TKey, TValue> sink, SinkPartition partition, int epoch, long? nextOffset)
        : ISinkWriter<TKey, TValue>
    {
        private readonly List<(long Offset, Record<TKey, TValue> Record)> _buffer = [];

        public long? NextOffset { get; private set; } = nextOffset;

        public long BufferedBytes => _buffer.Count;

        public void Write(in Record<TKey, TValue> record, RecordMetadata metadata)
        {
            if (NextOffset is not { } next || metadata.Offset >= next)
                _buffer.Add((metadata.Offset, record));
        }

        public async ValueTask CommitAsync(
            long nextOffset, RejectedRecordsHandler reject, CancellationToken cancellationToken)
        {
            var accepted = new List<Record<TKey, TValue>>(_buffer.Count);
            var rejected = new List<RejectedRecord>();
            foreach (var (offset, record) in _buffer)
            {
                if (sink.Reject(record) is { } reason)
                    rejected.Add(new RejectedRecord(offset, reason));
                else
                    accepted.Add(record);
            }

            if (rejected.Count > 0)
                await reject(rejected, cancellationToken);
            lock (sink._lock)
            {
                var state = sink._partitions[partition];
                if (state.Epoch != epoch)
                    throw new SinkFencedException($"The claim of epoch {epoch} is over: {state.Epoch} is the owner's.");
                sink._records.AddRange(accepted);
                sink._partitions[partition] = state with { NextOffset = nextOffset };
            }

            _buffer.Clear();
            NextOffset = nextOffset;
        }

        public void Discard() => _buffer.Clear();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private string? Reject(Record<TKey, TValue> record) => reject?.Invoke(record);
}
