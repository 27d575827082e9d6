using System.Text;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Tests.Runtime.Fakes;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Runtime;

/// <summary>Stores that users wrote: logged and restored like the engine's own, exactly once.</summary>
public sealed class OwnStoreTests : IDisposable
{
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly FakeKafka _kafka = new FakeKafka().WithTopic("in", 2).WithTopic("out", 2);
    private int _sent;

    public void Dispose() => Directory.Delete(_stateDir, recursive: true);

    [Fact]
    public async Task It_is_restored_from_its_changelog_at_each_start_and_after_each_lost_commit()
    {
        for (var round = 0; round < 4; round++)
        {
            await using var streams = await StartAsync(new TallyBuilder());
            Send(10);
            await Settled();
            _kafka.CommitFailures.Enqueue(
                new TransactionLostException("No.", round % 2 == 0, new InvalidOperationException()));
            Send(10);
            await Settled();
        }

        var counts = _kafka.Read("out").GroupBy(r => r.KeyText).ToDictionary(g => g.Key!, g => g.Select(r => r.ValueText).ToArray());
        Assert.Equal(["k0", "k1"], counts.Keys.Order());
        Assert.All(counts.Values, v => Assert.Equal(Enumerable.Range(1, 40).Select(i => i.ToString()), v));
    }

    [Fact]
    public async Task One_with_a_changelog_must_say_how_it_is_restored()
    {
        await using var streams = await StartAsync(new TallyBuilder { Registers = false });
        var error = await Assert.ThrowsAsync<StreamsException>(() => streams.Completion);
        Assert.Contains("tally", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_logging_there_is_no_changelog()
    {
        await using var streams = await StartAsync(new TallyBuilder { LoggingEnabled = false, Registers = false });
        Send(4);
        await Settled();
        Assert.DoesNotContain("app-tally-changelog", _kafka.PartitionCounts().Keys);
    }

    private async Task<KafkaStreams> StartAsync(TallyBuilder builder)
    {
        var topology = new Topology()
            .AddSource("source", Serdes.String, Serdes.String, "in")
            .AddProcessor("count", () => new Counting(), "source")
            .AddStateStore(builder, "count")
            .AddSink("sink", "out", Serdes.String, Serdes.String, "count");
        var streams = new KafkaStreams(
            topology,
            new StreamsConfig
            {
                ApplicationId = "app",
                BootstrapServers = "fake:1",
                StateDir = _stateDir,
                ProcessingGuarantee = ProcessingGuarantee.ExactlyOnceV2,
                CommitInterval = TimeSpan.FromMilliseconds(5),
                Poll = TimeSpan.FromMilliseconds(1),
            },
            null,
            _kafka);
        await streams.StartAsync();
        return streams;
    }

    private void Send(int records)
    {
        for (var i = 0; i < records; i++, _sent++)
            _kafka.Produce("in", $"k{_sent % 2}", "x", _sent, _sent % 2);
    }

    private Task Settled() => Eventually.Holds(() =>
    {
        lock (_kafka.Lock)
            return _kafka.Committed.Where(c => c.Key.Topic == "in").Sum(c => c.Value) == _sent;
    });

    private sealed class TallyBuilder : IStoreBuilder<Tally>
    {
        public string Name => "tally";

        public bool LoggingEnabled { get; init; } = true;

        public bool Registers { get; init; } = true;

        public IReadOnlyDictionary<string, string> LogConfig { get; } = new Dictionary<string, string>();

        public Tally Build() => new(Registers);

        IStateStore IStoreBuilder.Build() => Build();
    }

    /// <summary>Counts in a dictionary.</summary>
    private sealed class Tally(bool registers) : IStateStore
    {
        private readonly Dictionary<string, int> _counts = [];
        private IStateStoreContext _context = null!;

        public string Name => "tally";

        public bool Persistent => false;

        public bool IsOpen { get; private set; }

        public void Init(IStateStoreContext context)
        {
            _context = context;
            IsOpen = true;
            if (registers)
                context.Register((in ChangelogRecord r) => _counts[Encoding.UTF8.GetString(r.Key)] = r.Value[0]);
        }

        public int Add(string key, long timestamp)
        {
            var count = _counts[key] = _counts.GetValueOrDefault(key) + 1;
            _context.LogChange(Encoding.UTF8.GetBytes(key), [(byte)count], false, timestamp);
            return count;
        }

        public void Flush()
        {
        }

        public void Close() => IsOpen = false;
    }

    private sealed class Counting : IProcessor<string, string, string, string>
    {
        private IProcessorContext<string, string> _context = null!;
        private Tally _tally = null!;

        public void Init(IProcessorContext<string, string> context) =>
            (_context, _tally) = (context, context.GetStateStore<Tally>("tally"));

        public void Process(in Record<string, string> record) =>
            _context.Forward(record.WithValue(_tally.Add(record.Key, record.Timestamp).ToString()));
    }
}
