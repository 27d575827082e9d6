using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Operators;

/// <summary>A node with stores: while it works on a record, stores log with that record's time and headers.</summary>
internal abstract class StatefulNode<TKeyIn, TValueIn, TKeyOut, TValueOut>(string name, TaskContext task)
    : ForwardingNode<TKeyOut, TValueOut>(name), IReceiver<TKeyIn, TValueIn>
{
    protected TaskContext Task { get; } = task;

    public void Receive(in Record<TKeyIn, TValueIn> record)
    {
        var (timestamp, headers) = (Task.CurrentTimestamp, Task.CurrentHeaders);
        Task.CurrentTimestamp = record.Timestamp;
        Task.CurrentHeaders = record.Headers;
        Process(record);
        Task.CurrentTimestamp = timestamp;
        Task.CurrentHeaders = headers;
    }

    protected abstract void Process(in Record<TKeyIn, TValueIn> record);
}
