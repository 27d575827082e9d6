using MedStreams.Streams;
using MedStreams.Streams.Testing;
using MedStreams.Topologies.Synchronisation;

namespace MedStreams.Topologies.Tests.Synchronisation;

/// <summary>The topology with one shard and its stores on disk: tests tell cards, move its clock and kill it.</summary>
internal sealed class SyncDriver : IDisposable
{
    public static readonly DateOnly Today = new(2026, 3, 2);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"medstreams-{Guid.NewGuid():N}");
    private readonly Dictionary<string, SyncControl> _words = new(StringComparer.Ordinal);
    private readonly SynchronisationOptions _options;
    private TopologyTestDriver _driver;
    private DateTimeOffset _now = new(Today, new TimeOnly(12, 0), TimeSpan.Zero);
    private long _snapshot;

    public SyncDriver(SynchronisationOptions? options = null)
    {
        _options = (options ?? new SynchronisationOptions()) with { Shards = 1 };
        _driver = Open();
    }

    public FakeOperators Operators { get; } = new();

    public List<(CardKey Key, SyncResult Result)> Results { get; } = [];

    public List<ShardStatus> States { get; } = [];

    public TimeSpan Round => _options.RoundInterval;

    public long Now => _now.ToUnixTimeMilliseconds();

    public IKeyValueStore<string, GroupState?> Groups => _driver.GetStore<IKeyValueStore<string, GroupState?>>(SynchronisationTopology.GroupStore);

    public GroupState Group(string enterprise) => Groups.Get(enterprise) ?? GroupState.Empty;

    public void Tell(string enterprise, string number, DateOnly? due = null, string name = "op", string status = "active") =>
        Tell(new Card(enterprise, number, name, due ?? Today) { Fields = Card("status", status) });

    public void Tell(Card card) => Pipe(card.Key, new CardMessage(card));

    public void Remove(string enterprise, string number) => Pipe(new CardKey(enterprise, number), null);

    /// <summary>The source has told all that it knows.</summary>
    public void Complete(string source = "cards", int partitions = 1) =>
        Pipe(CardKey.OfMarker(source), new CardMessage(Marker: new SnapshotMarker(source, ++_snapshot, partitions, Now)));

    public void Say(SyncControl word)
    {
        _words[word.Key] = word;
        Pipe(word);
    }

    /// <summary>Writes a step as another holder of the shard does.</summary>
    public void SendStep(string enterprise, ShardStep step)
    {
        _driver.CreateInputTopic(_options.StepTopic, Serdes.String, SyncSerdes.Step).PipeInput(enterprise, step);
        Read();
    }

    public void Advance(TimeSpan by)
    {
        for (var left = by; left > TimeSpan.Zero; left -= _options.LookInterval)
        {
            var part = left < _options.LookInterval ? left : _options.LookInterval;
            _now += part;
            _driver.AdvanceWallClockTime(part);
        }

        Read();
    }

    /// <summary>Lets the calls of this round come to their ends: each takes a look of the desk.</summary>
    public void Settle()
    {
        for (var before = -1; before != Operators.Calls.Count;)
        {
            before = Operators.Calls.Count;
            for (var i = 0; i < 3; i++)
                Tick();
        }

        Read();
    }

    /// <summary>One round, with all calls in it.</summary>
    public void RunRound()
    {
        Advance(Round);
        Settle();
    }

    /// <summary>The process dies and another one takes over with what is committed.</summary>
    public void Restart()
    {
        _driver.Dispose();
        Operators.ForgetCallers();
        _driver = Open();
        foreach (var word in _words.Values)
            Pipe(word);
    }

    public void Dispose()
    {
        _driver.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public void Tick(int milliseconds = 10)
    {
        _now += TimeSpan.FromMilliseconds(milliseconds);
        _driver.AdvanceWallClockTime(TimeSpan.FromMilliseconds(milliseconds));
    }

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, string> Card(string name, string value) =>
        System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add(name, value);

    private TopologyTestDriver Open()
    {
        var builder = new StreamsBuilder();
        SynchronisationTopology.Build(builder, _options, Operators);
        return new TopologyTestDriver(builder.Build(), new TopologyTestDriverOptions { StateDirectory = _folder, WallClockStart = _now });
    }

    private void Pipe(CardKey key, CardMessage? message)
    {
        _driver.CreateInputTopic<CardKey, CardMessage?>(_options.CardTopic, CardSerdes.Key, CardSerdes.Message!).PipeInput(key, message);
        Read();
    }

    private void Pipe(SyncControl word) =>
        _driver.CreateInputTopic(_options.ControlTopic, Serdes.String, SyncSerdes.Control).PipeInput(word.Key, word);

    private void Read()
    {
        Results.AddRange(_driver.CreateOutputTopic(_options.ResultTopic, CardSerdes.Key, SyncSerdes.Result).ReadKeyValues());
        States.AddRange(_driver.CreateOutputTopic(_options.StatusTopic, Serdes.String, SyncSerdes.Status).ReadValues());
    }
}
