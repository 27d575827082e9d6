using MedStreams.Streams.Tests.Runtime;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Clients;

/// <summary>Eight real members and three sub-topologies: what moves with each change, and how warm it is.</summary>
public sealed class EightMembersOnBrokerTests(BrokerFixture broker) : IClassFixture<BrokerFixture>, IAsyncDisposable
{
    private const int Partitions = 6;
    private const int AllTasks = 3 * Partitions;
    private const int StatefulTasks = 2 * Partitions;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly string _app = broker.Unique("eight");
    private readonly SortedDictionary<string, (KafkaStreams Streams, RecordingListener Listener)> _members = new(StringComparer.Ordinal);
    private Dictionary<TaskId, string> _owners = [];
    private int _sent;

    public async ValueTask DisposeAsync()
    {
        foreach (var (streams, _) in _members.Values)
            await streams.DisposeAsync();
        Directory.Delete(_stateDir, recursive: true);
    }

    [Fact]
    public async Task No_change_moves_more_than_a_quarter_beyond_what_must_move_and_standbys_replay_no_more_than_their_lag()
    {
        await broker.CreateTopicsAsync(Partitions, Topic("facts"), Topic("in"), Topic("other"), Topic("counts"), Topic("copy"));
        broker.Produce(Topic("facts"), Enumerable.Range(0, 30).Select(i => ($"k{i}", $"fact{i}")));
        await Task.WhenAll(JoinAsync("m1"), JoinAsync("m2"));
        await SettleAsync();

        foreach (var name in (string[])["m3", "m4", "m5", "m6", "m7", "m8"])
            await ChangeAsync($"{name} joins", () => JoinAsync(name));
        foreach (var name in (string[])["m2", "m7"])
            await ChangeAsync($"{name} leaves", () => LeaveAsync(name));
        await ChangeAsync("m2 comes back", () => JoinAsync("m2"));

        Send();
        await Eventually.Holds(() => broker.Lag(_app, Topic("in")) == 0 && Last().Values.Sum() == _sent, Patience);
        Assert.Equal(30, Last().Count);
    }

    /// <summary>Makes a change, and compares what moved with the fewest moves that even loads take.</summary>
    private async Task ChangeAsync(string what, Func<Task> change)
    {
        Send();
        var before = _owners;
        var journals = _members.ToDictionary(m => m.Key, m => m.Value.Listener.Journal.Count);
        await change();
        await SettleAsync();

        var moved = before.Count(o => _owners[o.Key] != o.Value);
        var fewest = FewestMoves(before);
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {moved} moved, {fewest} had to");
        Assert.True(moved <= fewest * 1.25, $"{what}: {moved} moved, {fewest} had to");
        foreach (var (name, (_, listener)) in _members)
            AssertWarm(what, [.. listener.Journal.Skip(journals.GetValueOrDefault(name))]);
    }

    /// <summary>Whoever was a standby restores from where it had followed, never from before.</summary>
    private static void AssertWarm(string what, List<string> journal)
    {
        for (var i = 0; i < journal.Count; i++)
        {
            if (journal[i].Split(' ') is not ["Promoted", var changelog, var position])
                continue;
            var restore = journal.Skip(i).FirstOrDefault(j => j.StartsWith($"restore {changelog} ", StringComparison.Ordinal));
            Assert.True(restore is null || restore.Split(' ')[2] == position, $"{what}: {journal[i]}, then {restore}");
        }
    }

    private int FewestMoves(Dictionary<TaskId, string> before)
    {
        var loads = _members.Keys.Select(m => before.Count(o => o.Value == m)).OrderDescending().ToList();
        var (least, more) = Math.DivRem(AllTasks, loads.Count);
        return before.Count(o => !_members.ContainsKey(o.Value)) + loads.Select((load, i) => Math.Max(0, load - least - (i < more ? 1 : 0))).Sum();
    }

    /// <summary>Waits until everybody runs, each task has one owner, all its inputs are that owner's, and nothing changes any more.</summary>
    private async Task SettleAsync()
    {
        var since = TimeProvider.System.GetTimestamp();
        await Eventually.Holds(
            () =>
            {
                var active = _members.SelectMany(m => Threads(m.Key).SelectMany(t => t.ActiveTasks).Select(t => (Member: m.Key, Task: t))).ToList();
                var isWhole = _members.Values.All(m => m.Streams.State == KafkaStreamsState.Running)
                    && active.Count == AllTasks && active.Select(a => a.Task.TaskId).Distinct().Count() == AllTasks
                    && _members.Keys.Sum(m => Threads(m).Sum(t => t.StandbyTasks.Count)) == StatefulTasks;
                var owners = isWhole ? active.ToDictionary(a => a.Task.TaskId, a => a.Member) : [];
                if (!isWhole || owners.Count != _owners.Count || owners.Any(o => _owners[o.Key] != o.Value))
                    since = TimeProvider.System.GetTimestamp();
                if (!isWhole)
                    return false;
                _owners = owners;
                Assert.All(active, a => Assert.All(a.Task.Inputs, input => Assert.Equal(a.Task.TaskId.Partition, input.Partition)));
                Assert.Equal(Partitions, active.Count(a => a.Task.Inputs.Count == 2)); // the join's two inputs, together
                return TimeProvider.System.GetElapsedTime(since) > Calm;
            },
            Patience);
    }

    private IReadOnlyCollection<ThreadMetadata> Threads(string member) => _members[member].Streams.MetadataForLocalThreads();

    private async Task JoinAsync(string name)
    {
        var listener = new RecordingListener();
        var streams = new KafkaStreams(ThreeSubtopologies(), new StreamsConfig
        {
            ApplicationId = _app,
            BootstrapServers = broker.BootstrapServers,
            InstanceId = name,
            StateDir = Path.Combine(_stateDir, name),
            ProcessingGuarantee = ProcessingGuarantee.ExactlyOnceV2,
            NumStandbyReplicas = 1,
            StateStoreCacheMaxBytes = 0,
        })
        {
            RestoreListener = listener,
            StandbyListener = listener,
        };
        _members.Add(name, (streams, listener));
        await streams.StartAsync();
    }

    private async Task LeaveAsync(string name)
    {
        _members.Remove(name, out var member);
        await member.Streams.DisposeAsync();
    }

    /// <summary>A join of a stream with a table, a count behind a repartition topic, and a copy.</summary>
    private Topology ThreeSubtopologies()
    {
        var builder = new StreamsBuilder();
        var facts = builder.Table(Topic("facts"), Consumed.With(Serdes.String, Serdes.String), Materialized.As("facts", Serdes.String, Serdes.String));
        builder.Stream(Topic("in"), Consumed.With(Serdes.String, Serdes.String))
            .Join(facts, (value, fact) => $"{value} {fact}")
            .SelectKey((key, _) => "counted-" + key)
            .Repartition(new Repartitioned<string, string> { Name = "counted" })
            .GroupByKey()
            .Count(new Materialized<string, long?> { StoreName = "counts", CachingEnabled = false })
            .ToStream()
            .MapValues(n => n.ToString()!)
            .To(Topic("counts"), Produced.With(Serdes.String, Serdes.String));
        builder.Stream(Topic("other"), Consumed.With(Serdes.String, Serdes.String)).To(Topic("copy"));
        return builder.Build();
    }

    private void Send()
    {
        broker.Produce(Topic("in"), Enumerable.Range(0, 60).Select(i => ($"k{i % 30}", $"{_sent + i}")));
        _sent += 60;
    }

    private Dictionary<string, int> Last() => broker.ReadAll(Topic("counts"))
        .GroupBy(r => r.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => int.Parse(g.Last().Value), StringComparer.Ordinal);

    private string Topic(string name) => $"{_app}-{name}";
}
