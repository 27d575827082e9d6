namespace MedStreams.Streams.Processing;

/// <summary>
/// Where records leave a task for a target outside Kafka. The task claims the partition before its first record, starts
/// reading at <see cref="NextOffset"/>, and commits here before the offsets go to Kafka.
/// </summary>
internal abstract class ExternalSinkNode(string name) : ProcessorNode(name)
{
    /// <summary>The first offset that the target does not hold; null where it holds nothing. Known once claimed.</summary>
    public abstract long? NextOffset { get; }

    /// <summary>About how many bytes wait for the next commit.</summary>
    public abstract long BufferedBytes { get; }

    /// <summary>Claims the input partition in the target; a second call claims anew.</summary>
    public abstract ValueTask ClaimAsync(TopicPartition input, CancellationToken cancellationToken);

    /// <inheritdoc cref="ISinkWriter{TKey,TValue}.CommitAsync"/>
    public abstract ValueTask CommitAsync(
        long nextOffset, RejectedRecordsHandler reject, CancellationToken cancellationToken);

    /// <summary>Drops what waits and gives the claim back.</summary>
    public abstract ValueTask ReleaseAsync();
}

/// <inheritdoc/>
internal sealed class ExternalSinkNode<TKey, TValue>(string name, TaskContext task, ISink<TKey, TValue> sink)
    : ExternalSinkNode(name), IReceiver<TKey, TValue>
{
    private ISinkWriter<TKey, TValue>? _writer;

    public override long? NextOffset => Writer.NextOffset;

    public override long BufferedBytes => _writer?.BufferedBytes ?? 0;

    private ISinkWriter<TKey, TValue> Writer =>
        _writer ?? throw new InvalidOperationException($"{Name} of task {task.TaskId} has not claimed its partition.");

    public override void AddChild(ProcessorNode child) =>
        throw new TopologyException($"{Name} is a sink and can have no children such as {child.Name}.");

    public void Receive(in Record<TKey, TValue> record) => Writer.Write(record, task.Current);

    public override async ValueTask ClaimAsync(TopicPartition input, CancellationToken cancellationToken)
    {
        await ReleaseAsync();
        var partition = new SinkPartition(task.ApplicationId, Name, input.Topic, input.Partition);
        _writer = await sink.ClaimAsync(partition, cancellationToken);
    }

    public override ValueTask CommitAsync(
        long nextOffset, RejectedRecordsHandler reject, CancellationToken cancellationToken) =>
        RecordTracing.IsOn ? TraceAsync(nextOffset, reject, cancellationToken) : Writer.CommitAsync(nextOffset, reject, cancellationToken);

    private async ValueTask TraceAsync(long nextOffset, RejectedRecordsHandler reject, CancellationToken cancellationToken)
    {
        using var activity = RecordTracing.StartCommit(Name, task, nextOffset);
        try
        {
            await Writer.CommitAsync(nextOffset, reject, cancellationToken);
        }
        catch (Exception e) when (activity is not null)
        {
            RecordTracing.Fail(activity, e);
            throw;
        }
    }

    public override async ValueTask ReleaseAsync()
    {
        if (_writer is not { } writer)
            return;
        _writer = null;
        writer.Discard();
        await writer.DisposeAsync();
    }
}
