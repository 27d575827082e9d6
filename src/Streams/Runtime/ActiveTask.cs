using MedStreams.Streams.Graph;
using MedStreams.Streams.Metrics;
using MedStreams.Streams.Processing;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Runtime;

/// <summary>Where a task is in its life.</summary>
internal enum TaskPhase
{
    /// <summary>Assigned; its state is not open yet.</summary>
    Created,

    /// <summary>Its stores follow their changelogs.</summary>
    Restoring,

    /// <summary>Its stores are up to date; its targets outside Kafka are being claimed.</summary>
    Claiming,

    /// <summary>It takes records.</summary>
    Running,

    /// <summary>A target outside Kafka does not answer: nothing is read until it does.</summary>
    Waiting,

    /// <summary>Given back.</summary>
    Closed,
}

/// <summary>A task that this thread owns, from assignment to release.</summary>
internal sealed class ActiveTask(TaskId id, Subtopology subtopology, InternalTopics topics, TaskContext context) : IChangelogTask
{
    private static readonly Dictionary<TaskPhase, TaskPhase[]> Moves = new()
    {
        [TaskPhase.Created] = [TaskPhase.Restoring, TaskPhase.Closed],
        [TaskPhase.Restoring] = [TaskPhase.Claiming, TaskPhase.Closed],
        [TaskPhase.Claiming] = [TaskPhase.Running, TaskPhase.Closed],
        [TaskPhase.Running] = [TaskPhase.Waiting, TaskPhase.Closed],
        [TaskPhase.Waiting] = [TaskPhase.Running, TaskPhase.Closed],
        [TaskPhase.Closed] = [],
    };

    private static readonly TimeSpan SlowAge = TimeSpan.FromSeconds(1);
    private readonly IReadOnlyList<TopicPartition> _topologyInputs = topics.InputsOf(subtopology, id.Partition);
    private long[] _positions = [];
    private TaskGraph? _graph;
    private bool[] _isFull = [];
    private long[] _heldUntil = [];
    private (int Input, long Offset)? _suspect;

    public TaskId Id { get; } = id;

    public TaskContext Context { get; } = context;

    public TaskMetrics Metrics { get; } = context.Metrics!;

    public TaskPhase Phase { get; private set; } = TaskPhase.Created;

    /// <summary>The input partitions, under the topics' full names.</summary>
    public TopicPartition[] Inputs { get; } =
        [.. topics.InputsOf(subtopology, id.Partition).Select(i => i with { Topic = topics.FullName(i.Topic) })];

    /// <summary>
    /// The group's committed offsets of the inputs; null until they are known. They are asked for before the changelogs' ends: a
    /// predecessor's transaction is then decided, and the changelogs hold all that belongs to these offsets.
    /// </summary>
    public IReadOnlyDictionary<TopicPartition, long?>? Committed { get; set; }

    /// <summary>Null until the state is open.</summary>
    public TaskState? State { get; private set; }

    public bool IsStandby => false;

    TaskMetrics? IChangelogTask.Metrics => Metrics;

    /// <summary>Null until the task runs.</summary>
    public StreamTask? Stream { get; private set; }

    /// <summary>When a waiting or claiming task asks its target again, in epoch milliseconds of the clock.</summary>
    public long RetryAt { get; set; }

    public int Retries { get; set; }

    /// <summary>Whether what one of its records needs does not answer.</summary>
    public bool IsHeld { get; private set; }

    public IReadOnlyList<ExternalSinkNode> ExternalSinks => _graph?.ExternalSinks ?? [];

    /// <summary>Whether its inputs are still what the topics say.</summary>
    public bool Reads(InternalTopics latest) =>
        ReferenceEquals(latest, topics) || _topologyInputs.SequenceEqual(latest.InputsOf(subtopology, Id.Partition));

    /// <summary>Whether its state needs nothing from the changelogs.</summary>
    public bool IsRestored { get; private set; }

    /// <summary>Takes over the state that a standby of this thread has kept warm, or that the task had before.</summary>
    public void Adopt(TaskState state, bool isRestored = false) => (State, IsRestored) = (state, isRestored);

    /// <summary>Opens the stores' bytes; answers false while another thread of this instance has them.</summary>
    public bool TryOpen(ThreadParts parts)
    {
        State ??= TaskStates.TryOpen(parts, Id, subtopology);
        if (State is null)
            return false;
        State.OpenOwnStores(Context);
        _graph = subtopology.Build(Context);
        Move(TaskPhase.Restoring);
        return true;
    }

    public void Restored() => Move(TaskPhase.Claiming);

    /// <summary>Begins to take records.</summary>
    /// <param name="positions">Where to read on, by input.</param>
    /// <param name="errors">What happens to bytes that a serde refuses.</param>
    public void Run(long[] positions, IDeserializationErrors errors)
    {
        _positions = positions;
        State!.OpenStores(Context);
        Stream = new StreamTask(Context, _graph!, _topologyInputs, errors);
        _isFull = new bool[positions.Length];
        _heldUntil = new long[positions.Length];
        (Retries, RetryAt, IsHeld) = (0, 0, false);
        PublishPosition();
        Move(TaskPhase.Running);
    }

    public void Wait(long retryAt)
    {
        RetryAt = retryAt;
        Retries++;
        if (Phase == TaskPhase.Running)
            Move(TaskPhase.Waiting);
    }

    /// <summary>Does not begin to take records before that time: what one of them needs does not answer.</summary>
    /// <param name="retryAt">The time in epoch milliseconds.</param>
    /// <param name="record">That record; null where it is not known.</param>
    public void Hold(long retryAt, RecordMetadata? record)
    {
        (RetryAt, IsHeld) = (retryAt, true);
        _suspect = record is { } known
            ? (Array.IndexOf(Inputs, new TopicPartition(known.Topic, known.Partition)), known.Offset)
            : null;
    }

    /// <summary>Whether a record that may have to be undone may be among the next ones.</summary>
    public bool HasSuspect => _suspect is not null;

    /// <summary>
    /// Whether that record is next now; told once. What was done before it is then committed first, so that it is not undone and done once more.
    /// </summary>
    public bool TakeSuspect()
    {
        if (_suspect is not var (input, offset) || (input >= 0 && (Stream!.Queue(input) is not { Count: > 0 } queue || queue.HeadOffset < offset)))
            return false;
        _suspect = null;
        return true;
    }

    /// <summary>Reads no more of an input before that time. What was read is processed and committed meanwhile.</summary>
    public void Hold(int input, long retryAt) => (_heldUntil[input], IsHeld) = (retryAt, true);

    /// <summary>Reads inputs again whose time has come; answers whether there are any.</summary>
    public bool Release(long now)
    {
        if (!IsHeld)
            return false;
        var hasChanged = false;
        for (var i = 0; i < _heldUntil.Length; i++)
        {
            if (_heldUntil[i] == 0 || _heldUntil[i] > now)
                continue;
            (_heldUntil[i], hasChanged) = (0, true);
        }

        IsHeld = Array.Exists(_heldUntil, static time => time > 0);
        return hasChanged;
    }

    public void Resume()
    {
        Retries = 0;
        Move(TaskPhase.Running);
    }

    /// <summary>Where the consumer has to go on for an input: after the last record that came.</summary>
    public long ReadPosition(int input) => Math.Max(_positions[input], Stream!.Queue(input).NextArrival ?? 0);

    /// <summary>Whether no more of an input is to be read now: enough records are here, or the next one has to wait.</summary>
    public bool IsFull(int input) => _isFull[input] || _heldUntil[input] > 0;

    /// <summary>Decides anew which inputs are full, and which have room again; answers whether that has changed.</summary>
    public bool BoundBuffers(int limit)
    {
        var hasChanged = false;
        for (var i = 0; i < _isFull.Length; i++)
        {
            var count = Stream!.Queue(i).Count;
            var isFull = count >= limit || (_isFull[i] && count > limit / 2);
            hasChanged |= isFull != _isFull[i];
            _isFull[i] = isFull;
        }

        return hasChanged;
    }

    /// <summary>The offset of the first record that is not processed yet.</summary>
    public long ProcessedPosition(int input) =>
        Stream!.Queue(input) is { Count: > 0 } queue ? queue.HeadOffset : ReadPosition(input);

    /// <summary>Tells those who ask the stores that all up to here is part of them; to be called where that is committed.</summary>
    public void PublishPosition()
    {
        if (State!.Queries is { } queries)
            queries.Position = Position.Of(Inputs.Select((input, i) => KeyValuePair.Create(input, ProcessedPosition(i) - 1)));
    }

    /// <summary>The task for others to look at.</summary>
    /// <param name="committed">The next offset of an input, where this thread has committed one.</param>
    public TaskMetadata Describe(Func<TopicPartition, long?> committed)
    {
        var offsets = new Dictionary<TopicPartition, long>();
        var ends = new Dictionary<TopicPartition, long>();
        for (var i = 0; i < Inputs.Length; i++)
        {
            if ((committed(Inputs[i]) ?? Committed?.GetValueOrDefault(Inputs[i])) is { } known)
                offsets.Add(Inputs[i], known);
            if (Stream is not null)
                ends.Add(Inputs[i], ReadPosition(i));
        }

        return new TaskMetadata(Id, Inputs, offsets, ends);
    }

    /// <summary>What keeps the task from taking records; null where nothing does.</summary>
    /// <param name="reader">Tells how far its stores are.</param>
    public Standstill? Standstill(ChangelogReader reader)
    {
        var (reason, text) = Phase switch
        {
            TaskPhase.Created => (StandstillReason.Opening, $"Task {Id} opens its state, or waits until another thread has given it back."),
            TaskPhase.Restoring => (StandstillReason.Restoring, $"Task {Id} restores its stores from their changelogs."),
            TaskPhase.Claiming or TaskPhase.Running when IsHeld => (StandstillReason.ServiceDown,
                $"Task {Id} waits for what its serdes or processors need, such as a schema registry: see the log for what does not answer. Nothing is lost."),
            TaskPhase.Claiming or TaskPhase.Waiting when Retries > 0 => (StandstillReason.TargetDown,
                $"Task {Id} has asked {string.Join(" and ", ExternalSinks.Select(s => s.Name))} {Retries} times in vain: see whether the target can be reached. Nothing is lost."),
            TaskPhase.Claiming => (StandstillReason.Opening, $"Task {Id} takes over its targets."),
            _ => default,
        };
        if (text is null)
            return SlowCall();
        var (left, time) = Phase == TaskPhase.Restoring ? reader.LeftOf(this) : default;
        return new Standstill(reason, text) { TaskId = Id, RecordsLeft = left, TimeLeft = time };
    }

    /// <summary>The calls that keep the task from taking records, where they have done so for a while.</summary>
    private Standstill? SlowCall()
    {
        if (Stream is null || Stream.HasRoom)
            return null;
        foreach (var node in Stream.CallNodes)
        {
            if (node.OldestStart is { } start && Context.Clock.GetElapsedTime(start) is var age && age >= SlowAge)
            {
                return new Standstill(StandstillReason.SlowCall,
                    $"Task {Id} waits for {node.InFlight} calls of {node.Name}, the oldest for {age.TotalSeconds:F0} s: see what they ask. They end with their time-outs.")
                {
                    TaskId = Id,
                };
            }
        }

        return null;
    }

    /// <summary>The consumer has passed markers up to this offset.</summary>
    public void AdvanceTo(int input, long offset) => _positions[input] = Math.Max(_positions[input], offset);

    /// <summary>Gives everything back but its state; what was not committed is gone.</summary>
    /// <returns>The state, still open, for the caller to use or to dispose of; null where it never was.</returns>
    public async ValueTask<TaskState?> CloseAsync()
    {
        Move(TaskPhase.Closed);
        Stream?.Dispose();
        foreach (var sink in ExternalSinks)
            await sink.ReleaseAsync();
        Metrics.Dispose();
        State?.CloseStores();
        return State;
    }

    private void Move(TaskPhase to)
    {
        if (!Moves[Phase].Contains(to))
            throw new InvalidOperationException($"Task {Id} cannot go from {Phase} to {to}.");
        Phase = to;
    }
}
