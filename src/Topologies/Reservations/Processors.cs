using System.Globalization;
using MedStreams.Streams;

namespace MedStreams.Topologies.Reservations;

/// <summary>What the stages hand on; one of all is not null, or a reservation is forgotten.</summary>
internal sealed record StageOutput(
    UserEvent? Event = null,
    NumberCommand? Command = null,
    Rejection? Rejection = null,
    ReservationState? State = null,
    ReservationTransition? Transition = null,
    bool IsForgotten = false);

/// <summary>The first stage: messages to events by user.</summary>
internal sealed class MessageProcessor(ReservationsOptions options) : IProcessor<byte[], byte[], string, StageOutput>
{
    private readonly MessageReader _reader = new(options);
    private IProcessorContext<string, StageOutput> _context = null!;

    public void Init(IProcessorContext<string, StageOutput> context) => _context = context;

    public void Process(in Record<byte[], byte[]> record)
    {
        var at = _context.RecordMetadata.GetValueOrDefault();
        var origin = string.Create(CultureInfo.InvariantCulture, $"{at.Topic}-{at.Partition}@{at.Offset}");
        var outcome = _reader.Read(record.Value, record.Timestamp, origin);
        foreach (var (user, said) in outcome.Events)
            _context.Forward(new(user, new StageOutput(Event: said), record.Timestamp));
        if (outcome.Rejection is { } rejection)
            _context.Forward(new(string.Empty, new StageOutput(Rejection: rejection), record.Timestamp));
    }
}

/// <summary>The second stage: runs the desk of each user on the temporary cache.</summary>
internal sealed class UserProcessor(ReservationsOptions options) : IProcessor<string, UserEvent, string, StageOutput>
{
    private IProcessorContext<string, StageOutput> _context = null!;
    private IKeyValueStore<string, UserEntry?> _cache = null!;
    private DueTimes _due = null!;

    public void Init(IProcessorContext<string, StageOutput> context)
    {
        _context = context;
        _cache = context.GetStateStore<IKeyValueStore<string, UserEntry?>>(ReservationsTopology.CacheStore);
        _due = new(context.GetStateStore<IKeyValueStore<string, string>>(ReservationsTopology.CacheTimesStore));
        context.Schedule(options.LookInterval, PunctuationType.WallClockTime, now =>
        {
            foreach (var user in _due.At(now))
                Run(user, now, desk => desk.Look());
        });
    }

    public void Process(in Record<string, UserEvent> record)
    {
        var said = record.Value;
        Run(record.Key, record.Timestamp, desk => desk.Take(said));
    }

    private void Run(string user, long timestamp, Action<UserDesk> run)
    {
        var entry = _cache.Get(user) ?? UserEntry.Empty;
        var desk = new UserDesk(options, user, entry, _context.CurrentSystemTimeMs);
        run(desk);
        _due.Move(user, entry.Due, desk.Entry.Due);
        if (!ReferenceEquals(entry, desk.Entry))
            _cache.Put(user, desk.Entry.IsEmpty ? null : desk.Entry);
        foreach (var output in desk.Outputs)
            _context.Forward(new(output.Key, new StageOutput(output.Event, output.Command, output.Rejection), timestamp));
    }
}

/// <summary>The third stage: runs the state machine of each reservation (S4.3: one thread for each partition).</summary>
internal sealed class NumberProcessor(ReservationsOptions options) : IProcessor<string, NumberCommand, string, StageOutput>
{
    private IProcessorContext<string, StageOutput> _context = null!;
    private IKeyValueStore<string, NumberRecord?> _records = null!;
    private DueTimes _due = null!;

    public void Init(IProcessorContext<string, StageOutput> context)
    {
        _context = context;
        _records = context.GetStateStore<IKeyValueStore<string, NumberRecord?>>(ReservationsTopology.RecordsStore);
        _due = new(context.GetStateStore<IKeyValueStore<string, string>>(ReservationsTopology.RecordTimesStore));
        context.Schedule(options.LookInterval, PunctuationType.WallClockTime, now =>
        {
            foreach (var number in _due.At(now))
                Run(number, now, machine => machine.Look());
        });
    }

    public void Process(in Record<string, NumberCommand> record)
    {
        var command = record.Value;
        Run(record.Key, record.Timestamp, machine => machine.Take(command));
    }

    private void Run(string number, long timestamp, Action<ReservationMachine> run)
    {
        var now = _context.CurrentSystemTimeMs;
        var before = _records.Get(number);
        var machine = new ReservationMachine(options, number, before ?? NumberRecord.Empty, now);
        var told = before is null ? null : machine.State();
        run(machine);
        foreach (var (user, rejection) in machine.Rejections)
            _context.Forward(new(user, new StageOutput(Rejection: rejection), timestamp));
        foreach (var (user, said) in machine.Feedback)
            _context.Forward(new(user, new StageOutput(Event: said), timestamp));
        foreach (var transition in machine.Transitions)
            _context.Forward(new(number, new StageOutput(Transition: transition), timestamp));
        if (machine.Record.Owner is null)
            return; // nothing is known of it, and nothing came that would be worth knowing
        var isForgotten = machine.ForgetAt <= now;
        _due.Move(number, before?.Due ?? 0, isForgotten ? 0 : machine.Record.Due);
        _records.Put(number, isForgotten ? null : machine.Record);
        var state = machine.State();
        if (isForgotten)
            _context.Forward(new(number, new StageOutput(IsForgotten: true), timestamp));
        else if (!state.Same(told))
            _context.Forward(new(number, new StageOutput(State: state), timestamp));
    }
}
