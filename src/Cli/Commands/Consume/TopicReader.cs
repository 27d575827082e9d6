using Confluent.Kafka;

namespace MedStreams.Cli.Commands.Consume;

/// <summary>Reads assigned partitions and knows when it has read enough.</summary>
internal sealed class TopicReader(IConsumer<byte[]?, byte[]?> consumer, ConsumeOptions options) : IDisposable
{
    private readonly Dictionary<TopicPartition, long> _open = [];
    private long _left = options.Count ?? long.MaxValue;

    /// <summary>Whether nothing more is wanted.</summary>
    public bool IsDone => _left == 0 || _open.Count == 0;

    /// <summary>Begins; a partition that has nothing more to give is left out unless later records are wanted too.</summary>
    public void Assign(IReadOnlyList<TopicPartitionOffset> starts, IReadOnlyDictionary<TopicPartition, WatermarkOffsets> ends)
    {
        foreach (var start in starts)
        {
            var end = ends[start.TopicPartition].High.Value;
            if (!options.StopsAtEnd)
                _open[start.TopicPartition] = long.MaxValue;
            else if (start.Offset != Offset.End && start.Offset.Value < end)
                _open[start.TopicPartition] = end;
        }

        consumer.Assign(starts.Where(start => _open.ContainsKey(start.TopicPartition)));
    }

    /// <summary>The next record, or null where a partition ended.</summary>
    /// <param name="beforeWaiting">Called when no record is at hand.</param>
    /// <param name="stop">Ends the wait with an <see cref="OperationCanceledException"/>.</param>
    public ConsumeResult<byte[]?, byte[]?>? Next(Action beforeWaiting, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var record = consumer.Consume(TimeSpan.Zero);
        if (record is null)
        {
            beforeWaiting();
            record = consumer.Consume(stop);
        }

        if (record.IsPartitionEOF)
        {
            if (options.StopsAtEnd)
                _open.Remove(record.TopicPartition);
            return null;
        }

        if (!_open.TryGetValue(record.TopicPartition, out var end) || record.Offset.Value >= end)
        {
            Close(record.TopicPartition);
            return null;
        }

        if (record.Offset.Value == end - 1)
            Close(record.TopicPartition);
        _left--;
        return record;
    }

    public void Dispose() => consumer.Close();

    private void Close(TopicPartition partition)
    {
        if (_open.Remove(partition))
            consumer.Pause([partition]);
    }
}
