using MedStreams.Streams.Metrics;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Async;

/// <summary>A node that makes a call for each record, several at a time, and forwards what comes of them on the task's thread.</summary>
internal sealed class AsyncNode<TKeyIn, TValueIn, TKeyOut, TValueOut>(
    string name,
    TaskContext task,
    AsyncProcessor<TKeyIn, TValueIn, TKeyOut, TValueOut> call,
    AsyncOptions options)
    : ForwardingNode<TKeyOut, TValueOut>(name), IReceiver<TKeyIn, TValueIn>, ICallNode
{
    private readonly CallPool<TKeyIn, TValueIn, TKeyOut, TValueOut> _calls =
        new(name, task.TaskId, call, options, task.Calls, task.Clock);

    private PendingCall<TKeyIn, TValueIn, TKeyOut, TValueOut>? _unsettled;
    private NodeMetrics? _metrics;

    public bool HasRoom => _calls.HasRoom;

    public int InFlight => _calls.InFlight;

    public bool HasStraggler => _calls.HasStraggler;

    public long? NextDeadline => _calls.NextDeadline;

    public long? OldestStart => _calls.OldestStart;

    public override void Measure(TaskMetrics task) => _metrics = task.AddCallNode(this, () => InFlight);

    public void Receive(in Record<TKeyIn, TValueIn> record) => _calls.Add(record, task.Current);

    public void ForwardResults()
    {
        SettleLast();
        while (_calls.TryTake(out var ended))
        {
            _unsettled = ended;
            Forward(ended);
            SettleLast();
        }
    }

    public override void Close() => _calls.CancelAll();

    private void Forward(PendingCall<TKeyIn, TValueIn, TKeyOut, TValueOut> ended)
    {
        _metrics?.Called(ended.StartedAt, ended.Attempts, ended.Error is not null);
        var before = (task.Current, task.CurrentTimestamp, task.CurrentHeaders);
        task.Current = ended.Metadata;
        task.CurrentTimestamp = ended.Record.Timestamp;
        task.CurrentHeaders = ended.Record.Headers;
        if (ended.Error is { } error)
        {
            var exhausted = new ExhaustedCallException(error, options.OnExhausted);
            FailureSite.Mark(exhausted, Name);
            throw exhausted;
        }

        for (var i = 0; i < ended.Results.Count; i++)
            Forward(ended.Results[i]);
        (task.Current, task.CurrentTimestamp, task.CurrentHeaders) = before;
    }

    /// <summary>
    /// The call of which the outcome was forwarded last, or refused by what is behind: only now, since nothing more may happen for its key where that has
    /// ended the thread.
    /// </summary>
    private void SettleLast()
    {
        if (_unsettled is not { } settled)
            return;
        _unsettled = null;
        _calls.Settle(settled);
    }
}
