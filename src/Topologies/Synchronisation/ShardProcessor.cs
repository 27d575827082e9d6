using System.Globalization;
using MedStreams.Streams;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>
/// Works one shard: takes what sources tell, begins rounds by the clock, and moves each group by its <see cref="GroupMachine"/>. Rounds and calls are announced in a
/// topic first, and begin when they are read back: by then they are committed, and the engine lets only the shard's present owner commit (S2.3).
/// </summary>
internal sealed class ShardProcessor(SynchronisationOptions options, IOperatorCalls calls) : IProcessor<string, ShardInput, string, ShardOutput>
{
    private static readonly TimeSpan CallLook = TimeSpan.FromMilliseconds(10);
    private readonly string _holder = $"{options.Owner}#{Guid.NewGuid():N}";
    private readonly OperatorHolds _holds = new();
    private readonly ShardTally _tally = new();
    private readonly WaitingGroups _waiting = new();
    private readonly CallDesk _desk = new(calls, options.CallLimit);
    private IProcessorContext<string, ShardOutput> _context = null!;
    private ShardStores _stores = null!;
    private Agenda _agenda = null!;
    private SourceMarks _sources = null!;
    private ControlWords _words = null!;
    private ICancellable? _callLook;
    private bool _isOpen;
    private long _nextRound;
    private long _roundAt;
    private long _wordAt;
    private ShardStatus? _told;

    private long Now => _context.CurrentSystemTimeMs;

    private int Shard => _context.TaskId.Partition;

    public void Init(IProcessorContext<string, ShardOutput> context)
    {
        (_context, _stores) = (context, new ShardStores(context));
        (_agenda, _sources, _words) = (new Agenda(_stores.Agenda), new SourceMarks(options, _stores.Sources), new ControlWords(_stores.Control));
        context.Schedule(options.LookInterval, PunctuationType.WallClockTime, Look);
    }

    public void Process(in Record<string, ShardInput> record)
    {
        Open();
        if (record.Value.Told is { } told)
            Tell(record.Key, told);
        else if (record.Value.Marker is { } marker)
            _sources.Take(marker);
        else if (record.Value.Step is { } step)
            Read(record.Key, step);
    }

    public void Close() => _desk.CancelAll();

    /// <summary>Calls that a predecessor announced may have been made: they are announced again, as such.</summary>
    private void Open()
    {
        if (_isOpen)
            return;
        _isOpen = true;
        foreach (var (enterprise, group) in _stores.Groups.All().ToList())
        {
            _tally.Move(null, group!);
            if (group!.Calling is not null)
                Run(enterprise, machine => machine.AnnounceAgain());
        }
    }

    private void Tell(string enterprise, CardTold told)
    {
        var data = Data(enterprise);
        if (data.Card(told.Number) is var known && known == told.Card)
            return;
        data.Put(told.Number, told.Card);
        if (told.Card is { } card)
            Run(enterprise, machine => machine.Told(card));
    }

    /// <summary>An announcement is committed. Those of other holders of the shard, before or after, are not this one's.</summary>
    private void Read(string enterprise, ShardStep step)
    {
        if (step.Holder != _holder)
            return;
        if (step.Call is { } call)
            Call(enterprise, call);
        else if (step.Round == _stores.Round)
            BeginRound();
    }

    private void Call(string enterprise, CallAnnouncement call)
    {
        if (_stores.Groups.Get(enterprise)?.Calling != call || _desk.IsCalling(enterprise))
            return;
        if (Now - call.At > (long)options.AnnouncementLimit.TotalMilliseconds)
        {
            Run(enterprise, machine => machine.AnnounceAgain()); // the shard may be another's by now: that has to be asked again
            return;
        }

        if (Data(enterprise).Card(call.Number) is not { } card || card.Operator != call.Operator || card.Due != call.Due)
        {
            Run(enterprise, machine => machine.Withdraw());
            Refill(call.Operator);
            return;
        }

        _desk.Start(enterprise, call, card, Now);
        _callLook ??= _context.Schedule(CallLook, PunctuationType.WallClockTime, _ => TakeEnded());
    }

    private void TakeEnded()
    {
        foreach (var (enterprise, announced, result) in _desk.TakeEnded(Now))
        {
            if (_stores.Groups.Get(enterprise)?.Calling != announced)
                continue;
            _holds.Take(announced.Operator, result, Now);
            Run(enterprise, machine => machine.Take(result));
            Refill(announced.Operator);
        }

        if (_desk.Count > 0)
            return;
        _callLook?.Cancel();
        _callLook = null;
    }

    /// <summary>A place for a call of an operator is free: the group that waits longest has it.</summary>
    private void Refill(string name)
    {
        while (HasRoom(name) && _waiting.Next(name) is { } enterprise)
            Run(enterprise, machine => machine.Step(), isNext: true);
    }

    private void Look(long now)
    {
        Open();
        TakeEnded();
        var wordAt = _words.LastAt();
        if (now >= _nextRound || wordAt != _wordAt)
            AnnounceRound(now);
        _wordAt = wordAt;
        TellStatus(now);
    }

    private void AnnounceRound(long now)
    {
        _nextRound = now + (long)options.RoundInterval.TotalMilliseconds;
        _stores.Round++;
        Forward("#" + Shard.ToString(CultureInfo.InvariantCulture), new ShardOutput(Step: new ShardStep(_holder, Shard, _stores.Round)));
    }

    private void BeginRound()
    {
        _roundAt = Now;
        _holds.BeginRound(Now);
        foreach (var enterprise in _agenda.UpTo(options.Horizon(Now)))
            Run(enterprise, machine => machine.Round());
        foreach (var name in _waiting.Operators)
            Refill(name);
    }

    /// <summary>Moves a group, and writes down where it stands then (S2.7).</summary>
    /// <param name="enterprise">The group.</param>
    /// <param name="move">What happens to it.</param>
    /// <param name="isNext">Whether it comes before all that wait.</param>
    private void Run(string enterprise, Action<GroupMachine> move, bool isNext = false)
    {
        var before = _stores.Groups.Get(enterprise);
        var facts = new RoundFacts(
            Now,
            _sources.AreThere(Now),
            name => _words.Held(enterprise, name) ?? _holds.Reason(name),
            name => HasRoom(name) && (isNext || !_waiting.Any(name)));
        var machine = new GroupMachine(options, before ?? GroupState.Empty, Data(enterprise), facts);
        move(machine);
        if (!ReferenceEquals(machine.State, before ?? GroupState.Empty))
        {
            _stores.Groups.Put(enterprise, machine.State);
            _agenda.Move(enterprise, before?.Agenda, machine.State.Agenda);
            _tally.Move(before, machine.State);
        }

        _waiting.Add(enterprise, machine.WaitsFor);
        if (machine.Result is { } result)
            Forward(enterprise, new ShardOutput(Result: result with { Enterprise = enterprise }));
        if (machine.Announced is { } call)
            Forward(enterprise, new ShardOutput(Step: new ShardStep(_holder, Shard, _stores.Round, call)));
    }

    private bool HasRoom(string name) => _tally.Calling(name) < options.CallsAtOnce;

    private void TellStatus(long now)
    {
        var status = _tally.Into(
            new ShardStatus(Shard, options.Owner, 0, _stores.Round, _roundAt) { IsPaused = _words.IsAllPaused, HasData = _sources.AreThere(now) }, _holds);
        if (_told is not null && status.SaysAs(_told))
            return;
        _told = status;
        Forward(Shard.ToString(CultureInfo.InvariantCulture), new ShardOutput(Status: status with { At = now }));
    }

    private GroupData Data(string enterprise) => new(enterprise, _stores.Cards, _stores.Entries);

    private void Forward(string key, ShardOutput output) => _context.Forward(new(key, output, Now));
}
