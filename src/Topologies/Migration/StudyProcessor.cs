using MedStreams.Streams;

namespace MedStreams.Topologies.Migration;

/// <summary>What comes in: a task, or an outcome.</summary>
internal sealed record StudyInput(MigrationTask? Task = null, MigrationOutcome? Outcome = null);

/// <summary>What goes out; one of all is not null.</summary>
internal sealed record StudyOutput(MigrationStep? Step = null, MigrationEvent? Event = null, MigrationAlert? Alert = null);

/// <summary>Keeps the queues and the lists of current tasks of a partition (S3.5), and moves each study by its <see cref="StudyMachine"/>.</summary>
internal sealed class StudyProcessor(MigrationOptions options) : IProcessor<string, StudyInput, string, StudyOutput>
{
    private const string AllowanceKey = "allowance";
    private IProcessorContext<string, StudyOutput> _context = null!;
    private IKeyValueStore<string, StudyRecord?> _studies = null!;
    private IKeyValueStore<string, EndedStudy?> _ended = null!;
    private IKeyValueStore<string, CurrentList?> _lists = null!;
    private IKeyValueStore<string, Allowance?> _allowances = null!;
    private TaskQueue _queue = null!;
    private StudyTimes _due = null!;
    private StudyTimes _forget = null!;
    private OperatorWords _words = null!;
    private long _version;
    private bool _isPlaced;

    private int Room => Math.Max(1, (options.ListCapacity + options.Partitions - 1) / options.Partitions);

    public void Init(IProcessorContext<string, StudyOutput> context)
    {
        _context = context;
        _studies = context.GetStateStore<IKeyValueStore<string, StudyRecord?>>(MigrationTopology.StudyStore);
        _ended = context.GetStateStore<IKeyValueStore<string, EndedStudy?>>(MigrationTopology.EndedStore);
        _lists = context.GetStateStore<IKeyValueStore<string, CurrentList?>>(MigrationTopology.ListStore);
        _allowances = context.GetStateStore<IKeyValueStore<string, Allowance?>>(MigrationTopology.AllowanceStore);
        _queue = new TaskQueue(context.GetStateStore<IKeyValueStore<string, string>>(MigrationTopology.QueueStore));
        var times = context.GetStateStore<IKeyValueStore<string, string>>(MigrationTopology.TimeStore);
        (_due, _forget) = (new StudyTimes(times, StudyTimes.Look), new StudyTimes(times, StudyTimes.Forget));
        _words = new OperatorWords(
            options, context.GetStateStore<ITimestampedKeyValueStore<string, MigrationControl>>(MigrationTopology.ControlStore));
        context.Schedule(options.LookInterval, PunctuationType.WallClockTime, Look);
    }

    public void Process(in Record<string, StudyInput> record)
    {
        if (record.Value.Task is { } task)
            Take(record.Key, task);
        else if (record.Value.Outcome is { } outcome && _studies.Get(record.Key) is { } study)
            Run(record.Key, study, machine => machine.Take(outcome));
    }

    private void Take(string study, MigrationTask task)
    {
        var current = _studies.Get(study);
        var ended = _ended.Get(study);
        var last = Math.Max(current?.Next?.Number ?? current?.Task.Number ?? 0, ended?.Task ?? 0);
        if (task.Number <= last)
            return; // it came before
        if (current is null or { Phase: StudyPhase.Waiting })
        {
            if (current is not null)
                Dequeue(current);
            Enqueue(study, task, Math.Max(current?.Attempt ?? 0, ended?.Attempt ?? 0));
        }
        else
        {
            Run(study, current, machine => machine.Replace(task));
        }
    }

    private void Enqueue(string study, MigrationTask task, int attempt)
    {
        var list = options.ListOf(task.Department);
        var key = TaskQueue.Key(options.Order, list, study, task);
        _studies.Put(study, new StudyRecord(task, list, StudyPhase.Waiting, Math.Max(attempt, task.Attempt - 1))
        {
            QueueKey = key,
            Timings = new StudyTimings(QueuedAt: task.QueuedAt > 0 ? task.QueuedAt : _context.CurrentSystemTimeMs),
        });
        _queue.Add(key, study);
        Count(list, current: 0, waiting: 1);
        Fill(list);
    }

    private void Dequeue(StudyRecord record)
    {
        _queue.Remove(record.QueueKey);
        Count(record.List, current: 0, waiting: -1);
    }

    /// <summary>Takes studies from the queue into their list while there is room and nobody holds them back.</summary>
    private void Fill(string list)
    {
        while (_lists.Get(list) is { Waiting: > 0 } state && state.Current < Room && _words.MayBegin(list, Now) && TakeAllowance())
        {
            var study = _queue.First(list)!;
            var record = _studies.Get(study)!;
            Dequeue(record);
            Count(list, current: 1, waiting: 0);
            Run(study, record, machine => machine.Enter());
        }
    }

    private void Run(string study, StudyRecord record, Action<StudyMachine> run)
    {
        var pace = Pace.Of(_words.Throttle, options);
        var allowance = pace.At(_allowances.Get(AllowanceKey), Now);
        var machine = new StudyMachine(options, record, Now, bytes => pace.HeldUntil(pace.Stored(allowance, bytes)));
        run(machine);
        if (machine.NewBytes > 0 && _words.Throttle.BytesPerSecond is not null)
            _allowances.Put(AllowanceKey, pace.Stored(allowance, machine.NewBytes));
        foreach (var step in machine.Steps)
            Forward(study, new StudyOutput(Step: step));
        foreach (var said in machine.Events)
            Forward(study, new StudyOutput(Event: said));
        foreach (var alert in machine.Alerts)
            Forward(study, new StudyOutput(Alert: alert));
        _due.Move(study, record.Due, machine.Record.Due);
        if (machine.HasEnded)
            End(study, machine.Record);
        else
            _studies.Put(study, machine.Record);
    }

    private void End(string study, StudyRecord record)
    {
        _studies.Delete(study);
        Count(record.List, current: -1, waiting: 0);
        var ended = new EndedStudy(record.Task.Number, record.Attempt, Now + (long)options.Retention.TotalMilliseconds);
        _forget.Move(study, _ended.Get(study)?.ForgetAt ?? 0, ended.ForgetAt);
        _ended.Put(study, ended);
        if (record.Next is { } next)
            Enqueue(study, next, record.Attempt);
        Fill(record.List);
    }

    private void Look(long now)
    {
        foreach (var study in _forget.At(now))
        {
            _forget.Move(study, _ended.Get(study)?.ForgetAt ?? 0, 0);
            _ended.Delete(study);
        }

        Place();
        var due = _words.Version() is var version && version != _version ? [.. _studies.All().Select(e => e.Key)] : _due.At(now);
        _version = version;
        foreach (var study in due)
        {
            if (_studies.Get(study) is { Phase: not StudyPhase.Waiting } record)
            {
                Run(study, record, machine =>
                {
                    machine.Look();
                    if (!machine.HasEnded)
                        machine.Retry(_words.RetriedAt(record.List));
                });
            }
        }

        foreach (var list in _lists.All().Select(e => e.Key).ToList())
            Fill(list);
    }

    /// <summary>Where another list is set for a department than before, its studies leave the list that they are in.</summary>
    private void Place()
    {
        if (_isPlaced)
            return;
        _isPlaced = true;
        foreach (var (study, record) in _studies.All().ToList())
        {
            if (record!.Phase == StudyPhase.Waiting
                && TaskQueue.Key(options.Order, options.ListOf(record.Task.Department), study, record.Task) != record.QueueKey)
            {
                Dequeue(record);
                Enqueue(study, record.Task, record.Attempt);
            }
            else if (record.Phase != StudyPhase.Waiting && options.ListOf(record.Task.Department) != record.List)
            {
                Run(study, record, machine => machine.Misplaced("its department belongs to another list"));
            }
        }
    }

    private bool TakeAllowance()
    {
        var throttle = _words.Throttle;
        if (throttle.StudiesPerMinute is null)
            return true;
        var pace = Pace.Of(throttle, options);
        var allowance = pace.At(_allowances.Get(AllowanceKey), Now);
        if (allowance.Studies < 1)
            return false;
        _allowances.Put(AllowanceKey, pace.Begun(allowance));
        return true;
    }

    private void Count(string list, int current, int waiting)
    {
        var state = _lists.Get(list) ?? CurrentList.Empty;
        state = new CurrentList(state.Current + current, state.Waiting + waiting);
        _lists.Put(list, state == CurrentList.Empty ? null : state);
    }

    private void Forward(string study, StudyOutput output) => _context.Forward(new(study, output, Now));

    private long Now => _context.CurrentSystemTimeMs;
}
