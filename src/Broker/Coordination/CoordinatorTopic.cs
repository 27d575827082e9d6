using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Coordination;

/// <summary>
/// An internal topic as its coordinator uses it: each key has its partition, and what the partitions hold is replayed
/// when the broker starts. The topic is made when it is first needed. Safe for concurrent use.
/// </summary>
/// <param name="find">The topic's partitions, or null while it does not exist.</param>
/// <param name="create">Makes it and answers its partitions.</param>
internal sealed class CoordinatorTopic(
    Func<IReadOnlyList<PartitionLog>?> find, Func<IReadOnlyList<PartitionLog>> create)
{
    private const int ReadBytes = 1 << 20;
    private const int LargestBatch = 1 << 28;
    private readonly Lock _gate = new();
    private IReadOnlyList<PartitionLog>? _partitions;

    /// <summary>The topic's partitions; makes the topic if need be.</summary>
    public IReadOnlyList<PartitionLog> Partitions
    {
        get
        {
            if (Volatile.Read(ref _partitions) is { } known)
            {
                return known;
            }

            lock (_gate)
            {
                _partitions ??= find() ?? create();
                return _partitions;
            }
        }
    }

    /// <summary>The partition of a key.</summary>
    public PartitionLog LogOf(string key)
    {
        var partitions = Partitions;
        return partitions[JavaHash.Partition(key, partitions.Count)];
    }

    /// <summary>Goes over everything that the topic holds, partition by partition; nothing when it does not exist.</summary>
    /// <exception cref="IOException">A partition cannot be read.</exception>
    /// <exception cref="InvalidDataException">A batch or record is not what the broker writes.</exception>
    public void Replay(ICoordinatorReplay reader)
    {
        foreach (var log in find() ?? [])
        {
            Replay(log, reader);
        }
    }

    /// <summary>Goes over everything that one partition holds.</summary>
    /// <exception cref="IOException">The partition cannot be read.</exception>
    /// <exception cref="InvalidDataException">A batch or record is not what the broker writes.</exception>
    public static void Replay(PartitionLog log, ICoordinatorReplay reader)
    {
        reader.BeginPartition();
        var offset = log.LogStartOffset;
        while (offset < log.NextOffset)
        {
            using var read = log.Read(offset, ReadBytes, ReadLimit.LogEnd, atLeastOne: true);
            if (read.Error is not ErrorCode.None || read.NextOffset <= offset)
            {
                throw new IOException($"{log.Partition} cannot be read at {offset}: {read.Error}.");
            }

            foreach (var batch in new BatchReader(read.Batches.Span, checkCrc: false))
            {
                ReplayBatch(log, batch, reader);
            }

            offset = read.NextOffset;
        }
    }

    private static void ReplayBatch(PartitionLog log, RecordBatch batch, ICoordinatorReplay reader)
    {
        if (batch.IsControl)
        {
            if (TransactionMarker.Read(batch) is { } marker)
            {
                reader.Marker(batch.ProducerId, marker.IsCommit);
            }

            return;
        }

        if (!CompressionCodec.TryDecompress(batch, LargestBatch, out var bytes))
        {
            throw new InvalidDataException($"The batch at {log.Partition}, offset {batch.BaseOffset}, cannot be read.");
        }

        var producer = batch.IsTransactional
            ? new ProducerIdentity(batch.ProducerId, batch.ProducerEpoch)
            : (ProducerIdentity?)null;
        var records = batch.Enumerate(bytes);
        while (records.MoveNext())
        {
            var record = records.Current;
            if (record.HasKey)
            {
                reader.Record(record.Key.ToArray(), record.HasValue ? record.Value.ToArray() : null, producer);
            }
        }

        if (records.Failed)
        {
            throw new InvalidDataException($"The batch at {log.Partition}, offset {batch.BaseOffset}, is broken.");
        }
    }
}

/// <summary>Takes what <see cref="CoordinatorTopic.Replay(ICoordinatorReplay)"/> finds, in the order of each partition.</summary>
internal interface ICoordinatorReplay
{
    /// <summary>What follows is another partition's: markers there say nothing about what came before.</summary>
    void BeginPartition();

    /// <summary>A record; without a value it removes its key. With a producer it is part of a transaction.</summary>
    void Record(byte[] key, byte[]? value, ProducerIdentity? producer);

    /// <summary>The end of a producer's transaction.</summary>
    void Marker(long producerId, bool committed);
}
