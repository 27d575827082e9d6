using System.Buffers;
using MedStreams.Streams;
using MedStreams.Topologies.Reservations;

namespace MedStreams.Topologies.Tests.Reservations;

/// <summary>
/// The stages with their topics and partitions, in which any partition may be ahead of any other: what is processed next is chosen from
/// outside. Everything goes through its bytes, as in the real thing.
/// </summary>
internal sealed class ReservationNetwork
{
    private const int UserPartitions = 3;

    private readonly ReservationsOptions _options;
    private readonly Queue<(string Key, byte[] Value)>[] _users = [.. Enumerable.Range(0, UserPartitions).Select(_ => new Queue<(string, byte[])>())];
    private readonly Queue<(string Key, byte[] Value)>[] _numbers;
    private readonly Dictionary<string, byte[]> _entries = [];
    private readonly Dictionary<string, byte[]> _records = [];

    public ReservationNetwork(ReservationsOptions options, long now)
    {
        (_options, Now) = (options, now);
        _numbers = [.. Enumerable.Range(0, options.Partitions).Select(_ => new Queue<(string, byte[])>())];
    }

    public long Now { get; set; }

    public List<Rejection> Rejections { get; } = [];

    public List<ReservationTransition> Transitions { get; } = [];

    public IReadOnlyDictionary<string, ReservationState> States => _records.ToDictionary(
        r => r.Key, r => new ReservationMachine(_options, r.Key, Read(ReservationSerdes.NumberRecord, r.Value), Now).State());

    public IEnumerable<string> Waiting => _entries.Select(e => (e.Key, Entry: Read(ReservationSerdes.UserEntry, e.Value)))
        .SelectMany(e => e.Entry.Associations.Where(a => a.Value.IsParked && a.Value.IsActive).Select(a => $"{Survivors.Of(e.Key, e.Entry.Merges)} {a.Key}"))
        .Order(StringComparer.Ordinal);

    public void Say(string user, UserEvent said) => _users[UserPartition(user)].Enqueue((user, Bytes(ReservationSerdes.UserEvent, said)));

    /// <summary>Processes one record of a partition that has some; false where none has.</summary>
    public bool Step(int choice)
    {
        var waiting = _users.Concat(_numbers).Where(q => q.Count > 0).ToList();
        if (waiting.Count == 0)
            return false;
        var queue = waiting[choice % waiting.Count];
        var (key, value) = queue.Dequeue();
        if (_users.Contains(queue))
            Take(key, Read(ReservationSerdes.UserEvent, value));
        else
            Take(key, Read(ReservationSerdes.NumberCommand, value));
        return true;
    }

    /// <summary>Lets all desks and machines look at the clock.</summary>
    public void Look()
    {
        foreach (var user in _entries.Keys.ToList())
            AtDesk(user, desk => desk.Look());
        foreach (var number in _records.Keys.ToList())
            AtMachine(number, machine => machine.Look());
    }

    private static int UserPartition(string user) => JavaHash.Partition(user, UserPartitions);

    private void Take(string user, UserEvent said) => AtDesk(user, desk => desk.Take(said));

    private void Take(string number, NumberCommand command) => AtMachine(number, machine => machine.Take(command));

    private void AtDesk(string user, Action<UserDesk> run)
    {
        var entry = _entries.TryGetValue(user, out var bytes) ? Read(ReservationSerdes.UserEntry, bytes) : UserEntry.Empty;
        var desk = new UserDesk(_options, user, entry, Now);
        run(desk);
        _entries[user] = Bytes(ReservationSerdes.UserEntry, desk.Entry);
        foreach (var output in desk.Outputs)
        {
            if (output.Event is { } said)
                Say(output.Key, said);
            if (output.Command is { } command)
                _numbers[ReservationsTopology.Partition(_options, output.Key, _numbers.Length)].Enqueue((output.Key, Bytes(ReservationSerdes.NumberCommand, command)));
            if (output.Rejection is { } rejection)
                Rejections.Add(rejection);
        }
    }

    private void AtMachine(string number, Action<ReservationMachine> run)
    {
        var record = _records.TryGetValue(number, out var bytes) ? Read(ReservationSerdes.NumberRecord, bytes) : NumberRecord.Empty;
        var machine = new ReservationMachine(_options, number, record, Now);
        run(machine);
        if (machine.Record.Owner is not null)
            _records[number] = Bytes(ReservationSerdes.NumberRecord, machine.Record);
        Rejections.AddRange(machine.Rejections.Select(r => r.Rejection));
        Transitions.AddRange(machine.Transitions);
        foreach (var (user, said) in machine.Feedback)
            Say(user, said);
    }

    private static byte[] Bytes<T>(ISerde<T> serde, T value)
    {
        var bytes = new ArrayBufferWriter<byte>();
        serde.Serialize(value, bytes, default);
        return bytes.WrittenSpan.ToArray();
    }

    private static T Read<T>(ISerde<T> serde, byte[] bytes) => serde.Deserialize(bytes, default);
}
