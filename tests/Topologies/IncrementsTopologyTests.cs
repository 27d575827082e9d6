using System.Text;
using MedStreams.Streams;
using MedStreams.Streams.Testing;
using MedStreams.Support;
using MedStreams.Topologies.Increments;
using MedStreams.Topologies.Increments.Counting;
using MedStreams.Topologies.Tests.Parsing;

namespace MedStreams.Topologies.Tests;

public sealed class IncrementsTopologyTests
{
    private static readonly long Day = Records.At("2024-12-01T00:00:00Z");

    private static readonly IncrementsOptions Options = new()
    {
        Parsing = Records.Options with { Sources = HospitalDefaults.Sources },
        EmitInterval = TimeSpan.FromSeconds(1),
    };

    [Fact]
    public void The_three_stages_are_three_subtopologies_with_topics_between()
    {
        var description = Built(Options).Describe().ToString();

        Assert.Contains("Sub-topology: 2", description);
        Assert.DoesNotContain("Sub-topology: 3", description);
        Assert.DoesNotContain("repartition", description);
    }

    [Fact]
    public void Real_logs_give_the_rows_of_an_independent_count()
    {
        var records = RealRecords().ToList();
        var expected = new ExpectedIncrements(Options);
        foreach (var record in records)
            expected.Add(Encoding.UTF8.GetBytes(record.Key), record.Value, record.Time, record.Source);

        using var driver = new TopologyTestDriver(Built(Options));
        Pipe(driver, records);
        driver.AdvanceWallClockTime(TimeSpan.FromSeconds(1));
        var table = Table(driver);

        var comparison = expected.Compare(table.Values);
        Assert.True(comparison.Holds, string.Join('\n', comparison.Differences.Take(5)));
        Assert.Equal((0, 0), (comparison.Lost, comparison.Doubled));
        Assert.Equal(records.Count, comparison.Counted + comparison.Late + expected.DeadLettered);
        Assert.Equal(expected.DeadLettered, DeadLetters(driver).Count);
    }

    [Fact]
    public void Real_logs_give_the_counts_that_text_tools_give()
    {
        using var driver = new TopologyTestDriver(Built(Options));
        Pipe(driver, RealRecords());
        driver.AdvanceWallClockTime(TimeSpan.FromSeconds(1));
        var table = Table(driver).Values;
        var ssh = File.ReadLines(Path.Combine(Repository.Data, "logs", "OpenSSH.log")).ToList();
        var app = File.ReadLines(Path.Combine(Repository.Data, "logs", "HealthApp.log")).ToList();

        Assert.Equal(4_000, table.Where(r => r.Product is "infrastructure" or "health-app").Sum(r => r.Count + r.Late));
        Assert.Equal(
            ssh.Count(l => l.Contains("]: Failed password for invalid user", StringComparison.Ordinal)),
            Total(table, "infrastructure", "Failed password for invalid user <*> from <*> port <*> ssh2"));
        Assert.Equal(
            app.Count(l => l.Contains("|onStandStepChanged ", StringComparison.Ordinal)),
            Total(table, "health-app", "onStandStepChanged <*>"));

        var minute = table.Single(r =>
            r.EventType == "onStandStepChanged <*>" && r.WindowStart == DateTimeOffset.Parse("2017-12-23T22:15:00Z"));
        Assert.Equal(
            app.Count(l => l.StartsWith("20171223-22:15:", StringComparison.Ordinal) && l.Contains("|onStandStepChanged ", StringComparison.Ordinal)),
            minute.Count);
        Assert.Equal(1, minute.DistinctSubjects);

        var closed = table.Where(r => r.EventType == "Connection closed by <*> [preauth]").OrderBy(r => r.WindowStart).ToList();
        Assert.Equal(closed.Sum(r => r.Count), closed[^1].RunningTotal);
        Assert.Equal(8, table.Where(r => r.Product == "audit").Sum(r => r.Count));
        Assert.Equal(RealMessages.Files().Count, table.Where(r => r.Product == "his").Sum(r => r.Count + r.Late));
    }

    [Fact]
    public void What_cannot_be_parsed_goes_to_the_dead_letters_with_its_bytes_and_reason()
    {
        using var driver = new TopologyTestDriver(Built(Options));
        var input = Input(driver);
        input.PipeInput("k1"u8.ToArray(), "{\"broken\":"u8.ToArray(), Day, Headers.Empty.With("x", "y"u8.ToArray()));
        input.PipeInput(null!, null!, Day);

        var letters = DeadLetters(driver);
        Assert.Equal("k1"u8.ToArray(), letters[0].Key);
        Assert.Equal("{\"broken\":"u8.ToArray(), letters[0].Value);
        Assert.Equal("y", Header(letters[0], "x"));
        Assert.Equal("log.json", Header(letters[0], LogHeaders.Reason));
        Assert.Equal("logs.raw", Header(letters[0], "__streams.errors.topic"));
        Assert.Equal("0", Header(letters[0], "__streams.errors.partition"));
        Assert.Equal("0", Header(letters[0], "__streams.errors.offset"));
        Assert.Contains("log.json", Header(letters[0], "__streams.errors.message"));
        Assert.DoesNotContain("broken", Header(letters[0], "__streams.errors.message"));
        Assert.Null(letters[1].Key);
        Assert.Null(letters[1].Value);
        Assert.Equal("log.empty", Header(letters[1], LogHeaders.Reason));
    }

    [Fact]
    public void Events_go_to_the_topic_of_their_product_and_unknown_ones_to_other()
    {
        using var driver = new TopologyTestDriver(Built(Options));
        var input = Input(driver);
        input.PipeInput("k"u8.ToArray(), "I: Association Release"u8.ToArray(), Day);
        input.PipeInput("k"u8.ToArray(), "20171223-22:15:29:606|Some_Thing|1|flush sensor data"u8.ToArray(), Day);

        var pacs = Assert.Single(Events(driver, "product.pacs"));
        Assert.Equal("pacs|Association Release", pacs.Key);
        Assert.Equal("pacs", pacs.Value.Product);
        Assert.Equal("other|flush sensor data", Assert.Single(Events(driver, "product.other")).Key);
        var parsed = Events(driver, "logs.parsed");
        Assert.Equal(2, parsed.Count);
        Assert.Equal(parsed[0].Key, pacs.Value.Lane);
        Assert.Equal(Day, parsed[1].Timestamp);
    }

    [Fact]
    public void Rows_come_at_the_emit_interval_or_after_each_event()
    {
        using var driver = new TopologyTestDriver(Built(Options));
        var line = "I: Association Release"u8.ToArray();
        for (var i = 0; i < 3; i++)
            Input(driver).PipeInput("k"u8.ToArray(), line, Day);
        Assert.Empty(Rows(driver));
        driver.AdvanceWallClockTime(TimeSpan.FromSeconds(1));
        Assert.Equal(3, Assert.Single(Rows(driver)).Value.Count);
        driver.AdvanceWallClockTime(TimeSpan.FromSeconds(1));
        Assert.Empty(Rows(driver));

        using var eager = new TopologyTestDriver(Built(Options with { EmitInterval = TimeSpan.Zero }));
        for (var i = 0; i < 3; i++)
            Input(eager).PipeInput("k"u8.ToArray(), line, Day);
        Assert.Equal([1L, 2L, 3L], Rows(eager).Select(r => r.Value.Count));
    }

    [Fact]
    public void What_is_idle_for_the_retention_leaves_the_stores()
    {
        using var driver = new TopologyTestDriver(Built(Options with { Retention = TimeSpan.FromHours(1) }));
        var hour = (long)TimeSpan.FromHours(1).TotalMilliseconds;
        for (var i = 0; i < 5; i++)
        {
            foreach (var line in new[] { "I: Association Release", "I: Association Released", "I: (0010,0020) LO [SYN-1]  # 8, 1 PatientID" })
                Input(driver).PipeInput(Encoding.UTF8.GetBytes($"k{i}"), Encoding.UTF8.GetBytes(line), Day + (i * 2 * hour));
            driver.AdvanceWallClockTime(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(15, Rows(driver).Count);
        Assert.Equal(3, driver.GetKeyValueStore<string, KeyTotals?>("increment-totals").All().Count());
        Assert.Equal(3, driver.GetKeyValueStore<WindowKey, WindowCounts?>("increment-windows").All().Count());
        Assert.Equal(3, driver.GetKeyValueStore<LaneKey, LaneProgress?>("increment-lanes").All().Count());
        Assert.Single(driver.GetKeyValueStore<WindowKey, DistinctSketch>("increment-sketches").All());
    }

    [Fact]
    public void Rows_are_JSON_with_the_names_of_columns()
    {
        using var driver = new TopologyTestDriver(Built(Options));
        Input(driver).PipeInput("k"u8.ToArray(), "I: Association Release"u8.ToArray(), Day + 61_000);
        driver.AdvanceWallClockTime(TimeSpan.FromSeconds(1));

        var (key, value) = driver.CreateOutputTopic<string, string>("increments").ReadKeyValue();
        Assert.Equal("pacs|Association Release|2024-12-01T00:01:00Z", key);
        Assert.Equal(
            """{"product":"pacs","event_type":"Association Release","window_start":"2024-12-01T00:01:00+00:00","count":1,"distinct_subjects":0,"running_total":1,"late":0}""",
            value);
    }

    [Fact]
    public void No_topic_but_the_dead_letters_holds_a_patient_in_clear()
    {
        using var driver = new TopologyTestDriver(Built(Options));
        foreach (var line in Samples.Lines("atna.log").Concat(Samples.Lines("dcmtk-console.log")))
            Input(driver).PipeInput("SYN-0001"u8.ToArray(), Encoding.UTF8.GetBytes(line), Day);
        driver.AdvanceWallClockTime(TimeSpan.FromSeconds(1));

        foreach (var topic in driver.ProducedTopicNames.Where(t => t != "logs.dead-letter"))
        {
            foreach (var record in driver.CreateOutputTopic<string, string>(topic).ReadRecords())
            {
                Assert.DoesNotContain("SYN-", record.Key + record.Value);
                Assert.DoesNotContain("Synthetic", record.Key + record.Value);
            }
        }
    }

    [Fact]
    public void Wrong_options_are_refused_when_the_topology_is_built()
    {
        Assert.Throws<RoutingTableException>(() => Built(Options with { Routes = [] }));
        Assert.Throws<ArgumentException>(() => Built(Options with { Window = TimeSpan.Zero }));
        Assert.Throws<ArgumentException>(() => Built(Options with { Retention = TimeSpan.FromMinutes(5) }));
        Assert.Throws<ArgumentException>(() => Built(Options with { EmitInterval = TimeSpan.FromMinutes(2) }));
        Assert.Throws<ArgumentException>(() => Built(Options with { ParsedTopic = "logs.raw" }));
        Assert.Throws<ArgumentException>(() => Built(Options with { ProductTopicPrefix = "logs." }));
        Assert.Throws<ArgumentException>(() => Built(Options with { Grace = TimeSpan.FromSeconds(-1) }));
    }

    [Fact]
    public void All_topics_are_known_beforehand() =>
        Assert.Equal(
            [
                "logs.raw", "logs.parsed", "logs.dead-letter", "product.pacs", "product.audit", "product.his", "product.ris",
                "product.health-app", "product.portal", "product.gateway", "product.infrastructure", "product.other", "increments",
            ],
            IncrementsTopology.Topics(Options));

    private static Topology Built(IncrementsOptions options)
    {
        var builder = new StreamsBuilder();
        IncrementsTopology.Build(builder, options);
        return builder.Build();
    }

    /// <summary>All real logs and messages and all samples, keys interleaved.</summary>
    private static IEnumerable<(string Source, string Key, long Time, byte[] Value)> RealRecords()
    {
        var sources = new List<IEnumerable<(string, string, long, byte[])>>();
        foreach (var (file, source) in new[] { ("HealthApp.log", "healthapp"), ("OpenSSH.log", "openssh") })
            sources.Add(File.ReadLines(Path.Combine(Repository.Data, "logs", file)).Select(l => (source, source, Day, Encoding.UTF8.GetBytes(l))));
        foreach (var sample in new[] { "atna", "access", "orthanc", "storescp" })
        {
            var file = sample == "storescp" ? "dcmtk-console.log" : sample + ".log";
            sources.Add(Samples.Lines(file).Select(l => (sample, sample, Day, Encoding.UTF8.GetBytes(l))));
        }

        sources.Add(RealMessages.Files().Select(f => ("his", "his", Day, File.ReadAllBytes(f))));
        sources.Add(Enumerable.Range(0, 7).Select(i => ("junk", "junk", Day, Encoding.UTF8.GetBytes($"junk {i}"))));
        var random = new Random(7);
        var open = sources.ConvertAll(s => s.GetEnumerator());
        while (open.Count > 0)
        {
            var next = open[random.Next(open.Count)];
            if (next.MoveNext())
                yield return next.Current;
            else
                open.Remove(next);
        }
    }

    private static void Pipe(TopologyTestDriver driver, IEnumerable<(string Source, string Key, long Time, byte[] Value)> records)
    {
        var input = Input(driver);
        foreach (var (source, key, time, value) in records)
        {
            var headers = Headers.Empty.With(LogHeaders.Source, Encoding.UTF8.GetBytes(source));
            input.PipeInput(Encoding.UTF8.GetBytes(key), value, time, headers);
        }
    }

    private static long Total(IEnumerable<IncrementRow> table, string product, string type) =>
        table.Where(r => r.Product == product && r.EventType == type).Sum(r => r.Count + r.Late);

    private static Dictionary<string, IncrementRow> Table(TopologyTestDriver driver)
    {
        var table = new Dictionary<string, IncrementRow>(StringComparer.Ordinal);
        foreach (var row in Rows(driver))
            table[row.Key] = row.Value;
        return table;
    }

    private static TestInputTopic<byte[], byte[]> Input(TopologyTestDriver driver) =>
        driver.CreateInputTopic("logs.raw", Serdes.Bytes, Serdes.Bytes);

    private static IReadOnlyList<Record<string, IncrementRow>> Rows(TopologyTestDriver driver) =>
        driver.CreateOutputTopic("increments", Serdes.String, IncrementsSerdes.Row).ReadRecords();

    private static IReadOnlyList<Record<string, LogEvent>> Events(TopologyTestDriver driver, string topic) =>
        driver.CreateOutputTopic(topic, Serdes.String, IncrementsSerdes.Event).ReadRecords();

    private static IReadOnlyList<Record<byte[], byte[]>> DeadLetters(TopologyTestDriver driver) =>
        driver.CreateOutputTopic("logs.dead-letter", Serdes.Bytes, Serdes.Bytes).ReadRecords();

    private static string? Header(in Record<byte[], byte[]> record, string name) =>
        record.Headers.Last(name)?.Value is { } value ? Encoding.UTF8.GetString(value.Span) : null;
}
