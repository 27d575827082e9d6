using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Kill;

/// <summary>Reads a partition as a client with <c>read_committed</c> does: it drops what was aborted by the list that comes with it.</summary>
internal sealed class CommittedReader(Wire wire, TopicPartition partition)
{
    /// <summary>Producers whose transaction is being read and was aborted.</summary>
    private readonly HashSet<long> _aborting = [];

    /// <summary>Where the next fetch begins.</summary>
    public long Position { get; private set; }

    /// <summary>The records that came, by their offsets.</summary>
    public SortedDictionary<long, (byte[]? Key, byte[] Value)> Records { get; } = [];

    /// <summary>Fetches once; the last stable offset that was told.</summary>
    public async Task<long> FetchAsync()
    {
        var response = await wire.AskAsync<FetchRequest, FetchResponse>(11, new()
        {
            MaxWaitMs = 1,
            MinBytes = 1,
            MaxBytes = 1 << 20,
            IsolationLevel = 1,
            Topics =
            [
                new()
                {
                    Topic = partition.Topic,
                    Partitions = [new() { Partition = partition.Partition, FetchOffset = Position, PartitionMaxBytes = 1 << 20 }],
                },
            ],
        });
        var data = response.Responses[0].Partitions[0];
        if (data.ErrorCode is ErrorCode.OffsetOutOfRange && Position < data.LogStartOffset)
        {
            Position = data.LogStartOffset;
            return data.LastStableOffset;
        }

        Assert.Equal(ErrorCode.None, data.ErrorCode);
        Take(data);
        return data.LastStableOffset;
    }

    /// <summary>Fetches until the end that is told stays the same.</summary>
    public async Task ReadToEndAsync()
    {
        while (await FetchAsync() > Position)
        {
            // More may follow.
        }
    }

    private void Take(FetchResponse.PartitionData data)
    {
        var aborted = new Queue<FetchResponse.AbortedTransaction>((data.AbortedTransactions ?? []).OrderBy(a => a.FirstOffset));
        foreach (var batch in new BatchReader(data.Records.ToMemory().Span, checkCrc: true))
        {
            if (batch.NextOffset <= Position)
                continue;
            while (aborted.TryPeek(out var next) && next.FirstOffset <= batch.LastOffset)
                _aborting.Add(aborted.Dequeue().ProducerId);
            if (batch.IsControl)
            {
                if (TransactionMarker.Read(batch) is { IsCommit: false })
                    _aborting.Remove(batch.ProducerId);
            }
            else if (!batch.IsTransactional || !_aborting.Contains(batch.ProducerId))
            {
                Assert.True(CompressionCodec.TryDecompress(batch, 1 << 24, out var bytes));
                foreach (var record in batch.Enumerate(bytes))
                {
                    if (record.Offset >= Position)
                        Records.Add(record.Offset, (record.HasKey ? record.Key.ToArray() : null, record.Value.ToArray()));
                }
            }

            Position = batch.NextOffset;
        }
    }
}
