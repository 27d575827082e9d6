using MedStreams.Streams.Graph;
using MedStreams.Streams.Processing;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Testing;

/// <summary>The one task of a sub-topology, on partition 0 of its topics.</summary>
internal sealed class DriverTask : IDisposable
{
    private readonly StreamTask _task;
    private readonly TaskState _state;
    private readonly DriverErrors _errors;
    private readonly Dictionary<string, int> _inputs = new(StringComparer.Ordinal);

    public DriverTask(TaskContext context, Subtopology subtopology, DriverErrors errors, StateDirectory? directory)
    {
        (Context, _errors) = (context, errors);
        _state = TaskState.Open(directory, context.TaskId, context.ApplicationId, subtopology.Stores, context.ResolveTopic);
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

    /// <summary>The time of the record that is next; null where none waits.</summary>
    public long? NextTimestamp
    {
        get
        {
            long? next = null;
            foreach (var input in _inputs.Values)
            {
                var queue = _task.Queue(input);
                if (queue.Count > 0 && (next is null || queue.HeadTimestamp < next))
                    next = queue.HeadTimestamp;
            }

            return next;
        }
    }

    /// <summary>Takes a record where it reads the topic, under the topic's full name.</summary>
    public void Add(string topic, in RawRecord raw)
    {
        if (_inputs.TryGetValue(topic, out var input))
            _task.Queue(input).Add(raw);
    }

    public void ProcessNext()
    {
        try
        {
            _task.ProcessNext();
        }
        catch (Exception e) when (FailureSite.Of(e) is not null)
        {
            var source = Context.Current;
            Context.Current = default;
            _errors.OnProcessingError(e, source.Topic is null ? null : source, Context.TaskId);
        }

        _task.PunctuateStreamTime();
    }

    public void PunctuateWallClock() => _task.PunctuateWallClock();

    /// <summary>What the engine does at a commit: caches, then stores, then sinks.</summary>
    /// <param name="reject">Takes the records that sinks refuse.</param>
    public void Commit(RejectedRecordsHandler reject)
    {
        _task.FlushStores();
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

    private static long? NextOffset(RecordQueue queue) => queue.Count > 0 ? queue.HeadOffset : queue.NextArrival;

    private static void Wait(ValueTask pending) => pending.AsTask().GetAwaiter().GetResult();
}
