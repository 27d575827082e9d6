using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>A Fetch response while it is put together, with the buffers that it points to.</summary>
internal sealed class FetchAnswer : IDisposable
{
    private readonly List<LogRead> _reads = [];
    private bool _hasError;

    /// <summary>The response.</summary>
    public FetchResponse Response { get; } = new();

    /// <summary>The bytes of batches so far.</summary>
    public int Bytes { get; private set; }

    /// <summary>Whether there is no reason to wait for more.</summary>
    public bool IsEnough(FetchRequest request) =>
        _hasError || Bytes >= request.MinBytes || request.MaxWaitMs <= 0 || request.Topics.Count == 0;

    /// <summary>An error instead of batches.</summary>
    public FetchResponse.PartitionData Refuse(int partition, ErrorCode error)
    {
        _hasError = true;
        return new()
        {
            PartitionIndex = partition,
            ErrorCode = error,
            HighWatermark = -1,
            // As Kafka: an empty list where there is no such partition, none where the log itself refuses.
            AbortedTransactions = error is ErrorCode.UnknownTopicOrPartition or ErrorCode.TopicAuthorizationFailed ? [] : null,
            Records = RecordData.Empty,
        };
    }

    /// <summary>What was read, which this answer disposes of.</summary>
    public FetchResponse.PartitionData Add(int partition, PartitionLog log, LogRead read, ReadLimit limit)
    {
        if (read.Error != ErrorCode.None)
            return Refuse(partition, read.Error);
        if (read.Batches.Length > 0)
            _reads.Add(read);
        Bytes += read.Batches.Length;
        var (watermark, stable) = (log.HighWatermark, log.LastStableOffset);
        return new()
        {
            PartitionIndex = partition,
            HighWatermark = watermark,
            LastStableOffset = Math.Min(stable, watermark),
            LogStartOffset = log.LogStartOffset,
            AbortedTransactions = limit == ReadLimit.LastStable ? Name(read.Aborted) : null,
            Records = new RecordData(read.Batches),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _reads.ForEach(read => read.Dispose());

    private static List<FetchResponse.AbortedTransaction> Name(List<AbortedTransaction>? aborted) =>
    [
        .. (aborted ?? []).Select(transaction => new FetchResponse.AbortedTransaction
        {
            ProducerId = transaction.ProducerId,
            FirstOffset = transaction.FirstOffset,
        }),
    ];
}
