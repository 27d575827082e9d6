using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MedStreams.Streams.Tests.Clients;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Metrics;

/// <summary>Holds the engine to the list of metrics that Kafka Streams has, and docs/metrics.md to what is missing of it.</summary>
public sealed partial class MetricNamesTests(BrokerFixture broker) : IClassFixture<BrokerFixture>, IDisposable
{
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly string _app = broker.Unique("metrics");

    public void Dispose() => Directory.Delete(_stateDir, recursive: true);

    [Fact]
    public async Task Every_metric_of_Kafka_Streams_is_there_or_left_out_by_name()
    {
        var recorded = Recorded();
        var leftOut = LeftOut();
        await using var streams = await RunEverythingAsync();

        var (instruments, exported) = Export();
        var told = streams.Metrics;

        var wanted = recorded.Keys.Except(leftOut).Order().ToList();
        Assert.Empty(wanted.Except(instruments));
        Assert.Empty(wanted.Except(told.Select(m => (m.Group, m.Name))));
        Assert.Empty(leftOut.Except(recorded.Keys)); // the list names nothing that is not there to be left out
        Assert.Empty(leftOut.Intersect(instruments)); // nor what is told after all
        foreach (var (metric, tags) in recorded.Where(r => exported.ContainsKey(r.Key)))
        {
            Assert.All(exported[metric], mine => Assert.Equal(
                Scopeless(tags), Scopeless(mine.Keys.Where(k => k != metric.Name))));
        }
    }

    [Fact]
    public async Task The_numbers_are_those_of_the_run()
    {
        await using var streams = await RunEverythingAsync();

        Assert.Equal(Records, Sum(streams, "stream-topic-metrics", "records-consumed-total", ("topic", $"{_app}-in")));
        Assert.Equal(Records, Sum(streams, "stream-topic-metrics", "records-produced-total", ("topic", $"{_app}-copy")));
        Assert.Equal(4, Sum(streams, "stream-task-metrics", "dropped-records-total")); // one for each aggregation
        Assert.Equal(1, Sum(streams, "stream-metrics", "alive-stream-threads"));
        Assert.Equal(4, Sum(streams, "stream-thread-metrics", "thread-state"));
        Assert.Equal("RUNNING", streams.Metrics.Single(m => m is { Group: "stream-metrics", Name: "state" }).Text);
        Assert.InRange(Sum(streams, "stream-thread-metrics", "commit-total"), 1, int.MaxValue);
        Assert.InRange(Sum(streams, "stream-thread-metrics", "commit-latency-avg"), 0.0001, 10_000);
        Assert.InRange(
            Sum(streams, "stream-state-metrics", "put-rate", ("rocksdb-state-id", "counts")), 0.001, int.MaxValue);
    }

    [Fact]
    public async Task Metrics_are_gone_with_the_instance()
    {
        var streams = await RunEverythingAsync();
        await streams.DisposeAsync();

        Assert.Empty(streams.Metrics);
        Assert.DoesNotContain(Export().Measured.Values.SelectMany(v => v), tags => tags.ContainsValue(_app));
    }

    private const int Records = 200;

    private static double Sum(KafkaStreams streams, string group, string name, params (string Tag, string Value)[] of) =>
        streams.Metrics.Where(m => m.Group == group && m.Name == name
            && of.All(o => m.Tags.TryGetValue(o.Tag, out var value) && value == o.Value)).Sum(m => m.Value);

    /// <summary>Which kind of store a tag names differs from recording to recording; that it names one does not.</summary>
    private static IEnumerable<string> Scopeless(IEnumerable<string> tags) =>
        tags.Select(t => t.EndsWith("-state-id", StringComparison.Ordinal) ? "state-id" : t).Order(StringComparer.Ordinal);

    private static Dictionary<(string Group, string Name), string[]> Recorded()
    {
        var file = Path.Combine(Repository.Golden, "streams", "metrics.json");
        Assert.SkipUnless(File.Exists(file), $"not run: there is no {file}");
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        return json.RootElement.EnumerateArray().ToDictionary(
            m => (m.GetProperty("group").GetString()!, m.GetProperty("name").GetString()!),
            m => m.GetProperty("tags").EnumerateArray().Select(t => t.GetString()!).ToArray());
    }

    private static HashSet<(string Group, string Name)> LeftOut()
    {
        var guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "metrics.md"));
        return [.. LeftOutLine().Matches(guide).Select(m => (m.Groups["group"].Value, m.Groups["name"].Value))];
    }

    /// <summary>The instruments that a listener finds, and the tags of what they tell, by group and name.</summary>
    private static (HashSet<(string Group, string Name)> Instruments,
        Dictionary<(string Group, string Name), List<Dictionary<string, string>>> Measured) Export()
    {
        var instruments = new HashSet<(string Group, string Name)>();
        var exported = new Dictionary<(string Group, string Name), List<Dictionary<string, string>>>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, me) =>
        {
            if (instrument.Meter.Name != KafkaStreams.MeterName)
                return;
            instruments.Add(NameOf(instrument));
            me.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) =>
        {
            if (!exported.TryGetValue(NameOf(instrument), out var all))
                exported.Add(NameOf(instrument), all = []);
            all.Add(tags.ToArray().ToDictionary(t => t.Key, t => Convert.ToString(t.Value, CultureInfo.InvariantCulture)!));
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return (instruments, exported);
    }

    private static (string Group, string Name) NameOf(Instrument instrument)
    {
        var parts = instrument.Name.Split('.', 4);
        Assert.Equal(("kafka", "streams"), (parts[0], parts[1]));
        return (parts[2], parts[3]);
    }

    /// <summary>A run with every kind of node and store, in which all has happened that can be measured.</summary>
    private async Task<KafkaStreams> RunEverythingAsync()
    {
        var (input, table) = ($"{_app}-in", $"{_app}-table");
        await broker.CreateTopicsAsync(1, input, table, $"{_app}-copy", $"{_app}-out");
        broker.Produce(table, [("k1", "t1"), ("k2", "t2")]);
        broker.Produce(input, Enumerable.Range(0, Records - 1).Select(i => ($"k{i % 5}", $"{i}")).Append((null!, "no key")));
        var streams = new KafkaStreams(Everything(input, table), new StreamsConfig
        {
            ApplicationId = _app,
            BootstrapServers = broker.BootstrapServers,
            StateDir = _stateDir,
            ProcessingGuarantee = ProcessingGuarantee.ExactlyOnceV2,
            MetricsRecordingLevel = MetricsRecordingLevel.Debug,
            CommitInterval = TimeSpan.FromMilliseconds(50),
        });
        await streams.StartAsync();
        await Eventually.Holds(() => broker.Lag(_app, input) == 0 && streams.State == KafkaStreamsState.Running);
        await Eventually.Holds(() => Sum(streams, "stream-processor-node-metrics", "window-aggregate-final-emit-total") > 0);
        return streams;
    }

    private Topology Everything(string input, string table)
    {
        // The values are numbers of seconds, so that windows close.
        var builder = new StreamsBuilder();
        builder.AddStateStore(Stores.KeyValueStoreBuilder(
            Stores.InMemoryKeyValueStore("busy"), Serdes.String, Serdes.String));
        var stream = builder.Stream(input, new Consumed<string, string>
        {
            TimestampExtractor = (in r, _, _) => long.TryParse(r.Value, CultureInfo.InvariantCulture, out var seconds) ? seconds * 1000 : 0,
        });
        stream.To($"{_app}-copy");
        stream.Process(() => new BusyProcessor("busy"), ["busy"]);
        var grouped = stream.GroupByKey();
        grouped.Count(Materialized.As("counts"));
        var windows = TimeWindows.OfSizeAndGrace(TimeSpan.FromSeconds(10), TimeSpan.Zero);
        grouped.WindowedBy(windows).EmitStrategy(EmitStrategy.OnWindowClose).Count();
        grouped.WindowedBy(SessionWindows.OfInactivityGapAndGrace(TimeSpan.FromSeconds(10), TimeSpan.Zero)).Count();
        grouped.WindowedBy(windows).Count().Suppress(Suppressed.UntilWindowCloses(BufferConfig.Unbounded()));
        stream.Filter((k, _) => k is not null)
            .Join(builder.Table<string, string>(table), (string a, string b) => a + b)
            .To($"{_app}-out");
        return builder.Build();
    }

    [GeneratedRegex(@"^- `(?<group>[\w-]+)` `(?<name>[\w-]+)`: .+$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex LeftOutLine();
}
