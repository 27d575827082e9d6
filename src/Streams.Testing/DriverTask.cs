using MedStreams.Streams.Graph;
using MedStreams.Streams.Processing;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Testing;

/// <summary>The one task of a sub-topology, on partition 0 of its topics.</summary>
internal sealed class DriverTask : IDisposable
{
    private readonly StreamTask _task;
    private readonly TaskState _state;
    private readonly Subtopology _subtopology;
    private readonly DriverErrors _errors;
    private readonly DriverCalls _calls;
    private readonly Dictionary<string, int> _inputs = new(StringComparer.Ordinal);

    public DriverTask(TaskContext context, Subtopology subtopology, DriverErrors errors, StateDirectory? directory, DriverCalls calls)
    {
        (Context, _subtopology, _errors, _calls) = (context, subtopology, errors, calls);
        _state = TaskState.Open(directory, context.TaskId, context.ApplicationId, subtopology.Stores, context.ResolveTopic);
        _state.OpenOwnStores(context);
        _state.OpenStores(context);
        var topics = subtopology.SourceTopics.ToArray();
        foreach (var topic in topics)
            _inputs.Add(context.ResolveTopic(topic), _inputs.Count);
        _task = new StreamTask(
            context, subtopology.Build(context), [.. topics.Select(t => new TopicPartition(t, 0))], errors);
        foreach (var sink in _task.ExternalSinks)
            Wait(sink.ClaimAsync(new TopicPartition(_inputs.Keys.First(), 0), CancellationToken.None));
    }

    public TaskContext Context { get; }

    /// <summary>Whether records of an input wait.</summary>
    public bool HasRecords(int input) => _task.Queue(input).Count > 0;

    /// <summary>The time of an input's next record.</summary>
    public long HeadTimestamp(int input) => _task.Queue(input).HeadTimestamp;

    /// <summary>What the task owns, where it is the one that fills the global stores.</summary>
    public GlobalStores AsGlobal() => new(_state, Context, _subtopology.Stores);

    /// <summary>The topics it reads under their full names, as far as they are known.</summary>
    public IEnumerable<string> InputTopics => _inputs.Keys;

    /// <summary>Whether it reads a topic, under the topic's full name; patterns choose each topic from then on.</summary>
    public bool Reads(string topic) =>
        _inputs.ContainsKey(topic)
        || _subtopology.Nodes.OfType<SourceDefinition>().Any(s => s.Selection.Pattern is not null && s.Selection.Includes(topic));

    /// <summary>Takes a record where it reads the topic, under the topic's full name.</summary>
    /// <returns>The input, where this is the only record of it that waits; else null.</returns>
    public int? Add(string topic, in RawRecord raw)
    {
        if (!_inputs.TryGetValue(topic, out var input))
        {
            if (!Reads(topic))
                return null;
            _inputs.Add(topic, input = _task.AddInput(new TopicPartition(topic, 0)));
        }

        var queue = _task.Queue(input);
        var before = queue.Count;
        queue.Add(raw);
        return before == 0 && queue.Count > 0 ? input : null;
    }

    /// <summary>Processes the next record of an input.</summary>
    public void Process(int input)
    {
        Guard(_task.Queue(input).ProcessHead);
        CompleteCalls();
        _task.PunctuateStreamTime();
    }

    public void PunctuateWallClock() => _task.PunctuateWallClock();

    /// <summary>What the engine does at a commit: caches, then stores, then sinks.</summary>
    /// <param name="reject">Takes the records that sinks refuse.</param>
    public void Commit(RejectedRecordsHandler reject)
    {
        do
        {
            CompleteCalls();
            _task.FlushStores();
        }
        while (_task.CallsInFlight > 0);
        Context.CommitRequested = false;
        _state.Commit(new Dictionary<string, long>());
        foreach (var sink in _task.ExternalSinks)
        {
            if (NextOffset(_task.Queue(0)) is { } next && next > (sink.NextOffset ?? 0))
                Wait(sink.CommitAsync(next, reject, CancellationToken.None));
        }
    }

    public void Dispose()
    {
        foreach (var sink in _task.ExternalSinks)
            Wait(sink.ReleaseAsync());
        _task.Dispose();
        _state.Dispose();
    }

    private void CompleteCalls() => _calls.Complete(_task.CallNodes, () =>
    {
        while (!Guard(_task.ForwardResults))
        {
            // A record was settled by a handler; the results behind it are still to be forwarded.
        }
    });

    /// <summary>Answers false where a node threw, and the handler has settled the record.</summary>
    private bool Guard(Action step)
    {
        try
        {
            step();
            return true;
        }
        catch (Exception e) when (FailureSite.Of(e) is not null && RetriableException.In(e) is null)
        {
            var source = Context.Current;
            Context.Current = default;
            _errors.OnProcessingError(e, source.Topic is null ? null : source, Context.TaskId);
            return false;
        }
    }

    private static long? NextOffset(RecordQueue queue) => queue.Count > 0 ? queue.HeadOffset : queue.NextArrival;

    private static void Wait(ValueTask pending) => pending.AsTask().GetAwaiter().GetResult();
}
