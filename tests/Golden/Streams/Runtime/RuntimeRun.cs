using System.Text;
using System.Text.Json.Nodes;
using MedStreams.Broker.Records;
using MedStreams.Streams;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Runtime;
using MedStreams.Streams.Testing;

namespace MedStreams.Golden.Tests.Streams.Runtime;

/// <summary>
/// One recorded run in an instance of the engine on a broker: each step waits until all that comes of it is committed. Compared are what
/// came out of each step, the stores as a restart finds them, on disk and from their changelogs alone, and the content of the internal
/// topics with what the test driver writes to them.
/// </summary>
internal sealed class RuntimeRun(
    string name, GoldenTopology golden, StreamsVector vector, int partitions, ProcessingGuarantee guarantee, RuntimeBroker broker)
{
    private readonly bool _isInOnePartition = PartitionRule.IsInOnePartition(golden);
    private readonly SetClock _clock = new();
    private readonly RunTap _tap = new();
    private readonly List<IReadOnlyList<KeyValuePair<TopicPartition, long>>> _marks = [];
    private IKafkaClients _clients = null!;

    public async Task CheckAsync()
    {
        var config = Config();
        _clients = new TappedClients(name, config, _tap);
        var topology = golden.Build();
        await CreateTopicsAsync(topology);
        using var writer = await RecordWriter.OpenAsync(broker.BootstrapServers);
        await using (var streams = new KafkaStreams(topology, config, null, _clients))
        {
            await streams.StartAsync();
            await RunningAsync(streams);
            foreach (var step in vector.Steps)
                await StepAsync(step, writer, streams);
        }

        var written = WrittenTopics.Read(_clients, [.. Partitions()]);
        CheckOutputs(written);
        using var driver = Driven();
        CheckInternalTopics(driver, written);
        CheckStores(topology, driver, written);
    }

    private StreamsConfig Config() => new()
    {
        ApplicationId = "app",
        BootstrapServers = broker.BootstrapServers,
        StateDir = broker.StateOf(name),
        InstanceId = name,
        ProcessingGuarantee = guarantee,
        CommitInterval = TimeSpan.Zero,
        Poll = TimeSpan.FromMilliseconds(5),
        Clock = _clock,
        OnDeserializationError = golden.Options.OnDeserializationError,
        OnProcessingError = golden.Options.OnProcessingError,
        DeadLetterTopic = golden.Options.DeadLetterTopic,
        Topic = new Dictionary<string, string> { ["retention.ms"] = "-1" },
        RestoreConsumer = new Dictionary<string, string> { ["fetch.wait.max.ms"] = "10" },
        Producer = new Dictionary<string, string> { ["linger.ms"] = "0" },
    };

    private async Task CreateTopicsAsync(Topology topology)
    {
        var read = topology.Split().SelectMany(s => s.SourceTopics).Where(t => !topology.RepartitionTopics.ContainsKey(t))
            .Union(vector.Steps.Select(s => s.Pipe?.Topic).OfType<string>()).ToArray();
        _tap.AddSources(read);
        _tap.AddSources(topology.RepartitionTopics.Keys.Select(t => "app-" + t));
        await broker.CreateTopicsAsync(read.Union(golden.Outputs).Select(t => $"{name}.{t}"), partitions);
    }

    private static async Task RunningAsync(KafkaStreams streams)
    {
        while (streams.State != KafkaStreamsState.Running)
        {
            if (streams.Completion.IsCompleted)
                await streams.Completion;
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }
    }

    private async Task StepAsync(VectorStep step, RecordWriter writer, KafkaStreams streams)
    {
        var polls = 0;
        if (step.Pipe is { } pipe)
        {
            var key = Bytes(pipe.Key);
            var partition = _isInOnePartition ? 0 : key is null ? _marks.Count % partitions : DefaultPartitioner.PartitionOf(key, partitions);
            var offset = await writer.WriteAsync(
                $"{name}.{pipe.Topic}", partition, key, Bytes(pipe.Value), pipe.Timestamp, HeadersOf(pipe));
            _tap.Written(new TopicPartition(pipe.Topic, partition), offset);
        }
        else
        {
            // The loop of the thread may be anywhere: punctuators have fired when it has come round once more.
            _clock.Advance(step.AdvanceMilliseconds);
            polls = _tap.Polls + 2;
        }

        await _tap.SettledAsync(polls, streams.Completion);
        _marks.Add(_tap.Ends());
    }

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    private static RecordHeader[] HeadersOf(VectorRecord record) =>
    [
        .. record.Headers.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(h => new RecordHeader(h.Split('=')[0], Encoding.UTF8.GetBytes(h.Split('=')[1]))),
    ];

    private IEnumerable<TopicPartition> Partitions() => _tap.Ends().Select(e => e.Key);

    private void CheckOutputs(WrittenTopics written)
    {
        var before = new Dictionary<TopicPartition, long>();
        for (var i = 0; i < vector.Steps.Count; i++)
        {
            var ends = _marks[i].ToDictionary(e => e.Key, e => e.Value);
            var actual = golden.Outputs.SelectMany(topic => written[topic].Where(r =>
            {
                var at = new TopicPartition(topic, r.Partition);
                return r.Offset < ends.GetValueOrDefault(at) && r.Offset >= before.GetValueOrDefault(at);
            }).Select(r => GoldenRun.Show(topic, r.Key, r.Value, r.Timestamp, r.Headers, golden.Hex.Contains(topic)))).ToArray();
            Assert.True(
                InOrder(vector.Steps[i].Out).Select(Written).SequenceEqual(InOrder(actual)), GoldenRun.Difference(i, vector.Steps[i], actual));
            before = ends;
        }
    }

    /// <summary>As the engine's clients write it: they cannot write the time 0.</summary>
    private static VectorRecord Written(VectorRecord record) => record with { Timestamp = Math.Max(1, record.Timestamp) };

    /// <summary>Over several partitions only the order of each key is defined; records without key go anywhere.</summary>
    private IEnumerable<VectorRecord> InOrder(IEnumerable<VectorRecord> records) => partitions == 1
        ? records
        : records.OrderBy(r => r.Topic, StringComparer.Ordinal).ThenBy(r => r.Key, StringComparer.Ordinal)
            .ThenBy(r => r.Key is null ? $"{r.Value} {r.Timestamp}" : "", StringComparer.Ordinal);

    private TopologyTestDriver Driven()
    {
        var driver = new TopologyTestDriver(golden.Build(), golden.Options);
        foreach (var step in vector.Steps)
            GoldenRun.Step(driver, step);
        return driver;
    }

    private void CheckInternalTopics(TopologyTestDriver driver, WrittenTopics written)
    {
        var produced = vector.ProducedTopics.ToHashSet(StringComparer.Ordinal);
        Assert.Equal(
            vector.ProducedTopics,
            Partitions().Select(p => p.Topic).Where(t => t != GroupLog.TopicOf("app")).Where(t => produced.Contains(t) || t.StartsWith("app-", StringComparison.Ordinal))
                .Distinct().Order(StringComparer.Ordinal));
        foreach (var topic in produced.Where(t => t.StartsWith("app-", StringComparison.Ordinal)))
        {
            // What is subscribed to names the partition that the answer goes to.
            if (partitions > 1 && topic.Contains("subscription-", StringComparison.OrdinalIgnoreCase))
                continue;

            var expected = driver.Outputs(topic)!.Select(r => GoldenRun.Show(topic, r.Key, r.Value, r.Timestamp, r.Headers, hex: true)).Select(Written);
            var actual = written[topic].Select(r => GoldenRun.Show(topic, r.Key, r.Value, r.Timestamp, r.Headers, hex: true));
            Assert.Equal(InOrder(expected), InOrder(actual));
        }
    }

    private void CheckStores(Topology topology, TopologyTestDriver driver, WrittenTopics written)
    {
        if (golden.Stores.Count == 0)
            return;
        var fresh = broker.StateOf(name) + "-fresh";
        foreach (var folder in new[] { broker.StateOf(name), fresh })
        {
            var found = golden.Stores.ToDictionary(s => s.Name, _ => new List<JsonNode>());
            var restored = 0;
            for (var partition = 0; partition < partitions; partition++)
            {
                using var stores = new LeftStores(folder, topology, partition, written);
                foreach (var store in golden.Stores)
                    found[store.Name].AddRange(store.Read(stores).Select(e => e!.DeepClone()));
                restored += stores.Restored;
            }

            if (folder != fresh)
                Assert.True(restored == 0, $"{restored} changelog records were missing on disk");
            foreach (var store in golden.Stores)
            {
                var expected = GoldenRun.Live(
                    vector.Stores[store.Name]!.AsArray(), store, new DriverStores(driver).TimeOf(store.Name));
                var actual = new JsonArray([.. found[store.Name].OrderBy(SortKey, StringComparer.Ordinal)]);
                if (store.MaxEntries is { } most)
                {
                    Assert.InRange(actual.Count, 1, most);
                    Assert.All(actual, e => Assert.Contains(Written(e!.ToJsonString()), Written(expected), StringComparison.Ordinal));
                }
                else
                {
                    Assert.Equal(Written(expected), Written(actual.ToJsonString()));
                }
            }
        }
    }

    private static string Written(string stores) => stores.Replace("\"timestamp\":0}", "\"timestamp\":1}", StringComparison.Ordinal);

    private static string SortKey(JsonNode entry) =>
        $"{entry["key"]}\0{(long?)(entry["start"] ?? entry["asOf"]) ?? 0:D20}{(long?)entry["end"] ?? 0:D20}";
}
