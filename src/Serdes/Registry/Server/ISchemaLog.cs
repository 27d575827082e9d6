namespace MedStreams.Serialization.Registry;

/// <summary>One record of a schema log.</summary>
/// <param name="Key">The key, JSON.</param>
/// <param name="Value">The value, JSON; null deletes what the key had.</param>
public readonly record struct SchemaLogRecord(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value);

/// <summary>
/// Where a registry keeps its schemas: one ordered log, as the compacted topic <c>_schemas</c> is. Records of other writers
/// may appear between one's own.
/// </summary>
public interface ISchemaLog
{
    /// <summary>
    /// Hands over all records so far, in their order, and from then on each new one. Returns when those so far are handed over.
    /// </summary>
    /// <param name="apply">Takes a record; called by one thread at a time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SchemaRegistryException">The log cannot be read.</exception>
    Task StartAsync(Action<SchemaLogRecord> apply, CancellationToken cancellationToken);

    /// <summary>Appends a record; returns when it is durable and was handed over.</summary>
    /// <exception cref="SchemaRegistryException">It cannot be written, or it is not known whether it was.</exception>
    Task AppendAsync(SchemaLogRecord record, CancellationToken cancellationToken);
}

/// <summary>A log in memory, for tests.</summary>
public sealed class MemorySchemaLog : ISchemaLog
{
    private readonly Lock _gate = new();
    private readonly List<SchemaLogRecord> _records = [];
    private Action<SchemaLogRecord>? _apply;

    /// <summary>All records, in their order.</summary>
    public IReadOnlyList<SchemaLogRecord> Records
    {
        get
        {
            lock (_gate)
            {
                return [.. _records];
            }
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(Action<SchemaLogRecord> apply, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _apply = apply;
            _records.ForEach(apply);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task AppendAsync(SchemaLogRecord record, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _records.Add(record);
            _apply?.Invoke(record);
        }

        return Task.CompletedTask;
    }
}
