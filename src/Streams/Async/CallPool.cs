using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Polly;

namespace MedStreams.Streams.Async;

/// <summary>
/// The calls of one asynchronous node and task: which run, which wait for their turn, and which may be forwarded next. Owned by the task's thread;
/// only <see cref="Ended"/> is called by others.
/// </summary>
/// <remarks>
/// A call runs as soon as there is a place for it and, where an order holds, the one before it of the same key is settled. So at most
/// <c>MaxConcurrency</c> run, and about as many more wait.
/// </remarks>
internal sealed class CallPool<TKeyIn, TValueIn, TKeyOut, TValueOut>
{
    private const int StragglerFactor = 4;
    private const int Smoothing = 16;
    private readonly AsyncOptions _options;
    private readonly CallRules _rules;
    private readonly TimeProvider _clock;
    private readonly int _places;
    private readonly string _node;
    private readonly ConcurrentQueue<PendingCall<TKeyIn, TValueIn, TKeyOut, TValueOut>> _ended = new();
    private readonly Queue<PendingCall<TKeyIn, TValueIn, TKeyOut, TValueOut>> _arrivals = new();
    private readonly Queue<PendingCall<TKeyIn, TValueIn, TKeyOut, TValueOut>> _ready = new();
    private readonly Queue<PendingCall<TKeyIn, TValueIn, TKeyOut, TValueOut>> _started = new();
    private readonly Dictionary<CallKey<TKeyIn>, Lane> _lanes = new(new CallKeyComparer<TKeyIn>());
    private readonly Stack<Lane> _spareLanes = new();
    private readonly long _timeoutTicks;
    private int _running;
    private int _fullLanes;
    private int _inFlight;
    private long _usualTicks;

    public CallPool(
        string node,
        TaskId task,
        AsyncProcessor<TKeyIn, TValueIn, TKeyOut, TValueOut> call,
        AsyncOptions options,
        CallRules rules,
        TimeProvider clock)
    {
        (Task, Call, _node, _options, _rules, _clock) = (task, call, node, options, rules, clock);
        Clock = rules.CallClock ?? clock;
        _places = rules.OneAtATime ? 1 : options.MaxConcurrency;
        _timeoutTicks = (long)(options.Timeout.TotalSeconds * clock.TimestampFrequency);
        Pipeline = CallPipeline.Of(options, clock, Clock);
    }

    public TaskId Task { get; }

    public AsyncProcessor<TKeyIn, TValueIn, TKeyOut, TValueOut> Call { get; }

    /// <summary>The clock that calls see.</summary>
    public TimeProvider Clock { get; }

    public ResiliencePipeline Pipeline { get; }

    /// <inheritdoc cref="ICallNode.InFlight"/>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <inheritdoc cref="ICallNode.HasRoom"/>
    public bool HasRoom => _running < _places && _inFlight < 2 * _options.MaxConcurrency && _fullLanes == 0;

    /// <inheritdoc cref="ICallNode.HasStraggler"/>
    public bool HasStraggler =>
        _usualTicks > 0 && OldestStart is { } start && _clock.GetTimestamp() - start > StragglerFactor * _usualTicks;

    /// <inheritdoc cref="ICallNode.OldestStart"/>
    public long? OldestStart
    {
        get
        {
            while (_started.TryPeek(out var call) && call.HasEnded)
                _started.Dequeue();
            return _started.TryPeek(out var oldest) ? oldest.StartedAt : null;
        }
    }

    /// <inheritdoc cref="ICallNode.NextDeadline"/>
    public long? NextDeadline => OldestStart + _timeoutTicks;

    private bool HasOrder => _options.Order != AsyncOrder.None;

    /// <summary>Takes a record over.</summary>
    /// <param name="record">The record.</param>
    /// <param name="metadata">Where it came from; without a topic where a punctuator made it.</param>
    public void Add(in Record<TKeyIn, TValueIn> record, RecordMetadata metadata)
    {
        var call = new PendingCall<TKeyIn, TValueIn, TKeyOut, TValueOut>(this, record, metadata);
        _inFlight++;
        if (_options.Order == AsyncOrder.Partition)
            _arrivals.Enqueue(call);
        if (!HasOrder || record.Key is null || IsFirstOfKey(call))
            _ready.Enqueue(call);
        StartReady();
    }

    /// <summary>The next call whose outcome is to be forwarded; <see cref="Settle"/> must follow.</summary>
    public bool TryTake([NotNullWhen(true)] out PendingCall<TKeyIn, TValueIn, TKeyOut, TValueOut>? call)
    {
        GiveUpLate();
        if (_options.Order != AsyncOrder.Partition)
            return TryTakeEnded(out call);
        while (TryTakeEnded(out var done))
            done.IsDone = true;
        StartReady(); // the one that all others wait for may be among them
        if (_arrivals.TryPeek(out call) && call.IsDone)
        {
            _arrivals.Dequeue();
            return true;
        }

        call = null;
        return false;
    }

    /// <summary>The outcome of a call is forwarded, or decided on: the next one of its key may run.</summary>
    public void Settle(PendingCall<TKeyIn, TValueIn, TKeyOut, TValueOut> call)
    {
        _inFlight--;
        if (HasOrder && call.Record.Key is not null)
            LeaveLane(call);
        StartReady();
    }

    /// <summary>Asks all calls to end; nothing comes of them any more.</summary>
    public void CancelAll()
    {
        foreach (var call in _started)
            call.Cancel();
        _started.Clear();
        _ready.Clear();
        _arrivals.Clear();
        _lanes.Clear();
        _ended.Clear();
        (_running, _fullLanes, _inFlight) = (0, 0, 0);
    }

    /// <summary>A call has ended; called on the thread that it ended on.</summary>
    public void Ended(PendingCall<TKeyIn, TValueIn, TKeyOut, TValueOut> call)
    {
        _ended.Enqueue(call);
        _rules.Ring();
    }

    private bool TryTakeEnded([NotNullWhen(true)] out PendingCall<TKeyIn, TValueIn, TKeyOut, TValueOut>? call)
    {
        if (!_ended.TryDequeue(out call))
            return false;
        _running--;
        var took = Math.Max(1, _clock.GetTimestamp() - call.StartedAt);
        _usualTicks = _usualTicks == 0 ? took : Math.Max(1, _usualTicks + ((took - _usualTicks) / Smoothing));
        return true;
    }

    private void StartReady()
    {
        while (_running < _places && _ready.TryDequeue(out var call))
        {
            _running++;
            _started.Enqueue(call);
            call.Start(_clock.GetTimestamp());
        }
    }

    private void GiveUpLate()
    {
        var now = _clock.GetTimestamp();
        while (OldestStart is { } start && now - start >= _timeoutTicks)
        {
            var late = _started.Dequeue();
            if (late.TryGiveUp(new AsyncCallTimeoutException($"A call of {_node} did not end within {_options.Timeout}.")))
                _ended.Enqueue(late);
        }
    }

    private bool IsFirstOfKey(PendingCall<TKeyIn, TValueIn, TKeyOut, TValueOut> call)
    {
        var key = new CallKey<TKeyIn>(call.Record.Key);
        if (!_lanes.TryGetValue(key, out var lane))
        {
            if (!_spareLanes.TryPop(out lane))
                lane = new Lane();
            (lane.Last, lane.Waiting) = (call, 0);
            _lanes.Add(key, lane);
            return true;
        }

        lane.Last.NextOfKey = call;
        lane.Last = call;
        if (++lane.Waiting == _rules.WaitingPerKey)
            _fullLanes++;
        return false;
    }

    private void LeaveLane(PendingCall<TKeyIn, TValueIn, TKeyOut, TValueOut> call)
    {
        var key = new CallKey<TKeyIn>(call.Record.Key);
        var lane = _lanes[key];
        if (call.NextOfKey is { } next)
        {
            if (lane.Waiting-- == _rules.WaitingPerKey)
                _fullLanes--;
            _ready.Enqueue(next);
            return;
        }

        _lanes.Remove(key);
        lane.Last = null!;
        _spareLanes.Push(lane);
    }

    /// <summary>The calls of one key: the first runs, the others wait.</summary>
    private sealed class Lane
    {
        public PendingCall<TKeyIn, TValueIn, TKeyOut, TValueOut> Last { get; set; } = null!;

        public int Waiting { get; set; }
    }
}
