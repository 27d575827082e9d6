using MedStreams.Streams.Testing;

namespace MedStreams.Streams.Tests.Dsl;

/// <summary>The Processor API: nodes with all their settings, and what is refused.</summary>
public sealed class TopologyNodesTests
{
    private static readonly Consumed<string, string> Texts = new();
    private static readonly Produced<string, string> Written = new();

    [Fact]
    public void Sources_take_times_from_an_extractor_and_sinks_choose_topics()
    {
        var topology = new Topology()
            .AddSource("source", Texts with { TimestampExtractor = (in r, _, _) => r.Value.Length }, "in")
            .AddSink("sink", (in r, _) => $"to-{r.Key}", Written, "source")
            .AddSink("fixed", "all", Written with { Partitioner = (_, _, _, n) => n - 1 }, "source");
        using var driver = new TopologyTestDriver(topology);
        driver.CreateInputTopic<string, string>("in").PipeInput("a", "four");
        Assert.Equal(new Record<string, string>("a", "four", 4), driver.CreateOutputTopic<string, string>("to-a").ReadRecord());
        Assert.Equal(1, driver.CreateOutputTopic<string, string>("all").Count);
    }

    [Fact]
    public void Processors_bring_their_stores_and_share_one()
    {
        var store = Stores.KeyValueStoreBuilder(Stores.InMemoryKeyValueStore("seen"), Serdes.String, Serdes.String);
        var topology = new Topology()
            .AddSource("source", Texts, "in")
            .AddProcessor("one", () => new Remembering(), [store], "source")
            .AddProcessor("two", () => new Remembering(), [store], "source")
            .AddSink("sink", "out", Written, "one", "two");
        using var driver = new TopologyTestDriver(topology);
        driver.CreateInputTopic<string, string>("in").PipeInput("a", "x");
        Assert.Equal([("a", "none"), ("a", "x")], driver.CreateOutputTopic<string, string>("out").ReadKeyValues());
        Assert.Equal(["seen"], driver.StateStores.Keys);
    }

    /// <summary>KIP-813.</summary>
    [Fact]
    public void A_read_only_store_is_filled_from_its_topic_and_has_no_changelog()
    {
        var store = Stores.KeyValueStoreBuilder(Stores.InMemoryKeyValueStore("facts"), Serdes.String, Serdes.String);
        var topology = new Topology()
            .AddReadOnlyStateStore(store, "facts-source", Texts, "facts-topic", "facts-filler", () => new Filling())
            .AddSource("source", Texts, "in")
            .AddProcessor("asking", () => new Remembering("facts"), "source")
            .ConnectProcessorAndStateStores("asking", "facts")
            .AddSink("sink", "out", Written, "asking");
        using var driver = new TopologyTestDriver(topology);
        driver.CreateInputTopic<string, string>("facts-topic").PipeInput("a", "fact");
        driver.CreateInputTopic<string, string>("in").PipeInput("a", "x");
        Assert.Equal([("a", "fact")], driver.CreateOutputTopic<string, string>("out").ReadKeyValues());
        Assert.Equal(["out"], driver.ProducedTopicNames);
    }

    [Fact]
    public void A_node_that_does_not_take_what_its_parent_forwards_is_refused()
    {
        var topology = new Topology().AddSource("source", new Consumed<string, long>(), "in");
        var error = Assert.Throws<TopologyException>(() => topology.AddSink("sink", "out", Written, "source"));
        Assert.Contains("sink takes String and String, but its parent source forwards String and Int64", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_parents_topics_and_stores_must_be_right()
    {
        var topology = new Topology().AddSource("source", Texts, "in").AddSink("sink", "out", Written, "source");
        var store = Stores.KeyValueStoreBuilder(Stores.InMemoryKeyValueStore("s"), Serdes.String, Serdes.String);
        Refused(t => t.AddSource("source", Texts, "other"), "taken");
        Refused(t => t.AddSource("again", Texts, "in"), "read by source");
        Refused(t => t.AddSource("none", Texts, (string[])[]), "no topic");
        Refused(t => t.AddSink("orphan", "x", Written), "at least one parent");
        Refused(t => t.AddSink("lost", "x", Written, "nobody"), "not there");
        Refused(t => t.AddSink("below", "x", Written, "sink"), "can have no children");
        Refused(t => t.AddProcessor("below", () => new Filling(), "sink"), "can have no children");
        Refused(t => t.AddStateStore(store, "source"), "no processor named source");
        Refused(t => t.ConnectProcessorAndStateStores("sink", "s"), "no processor named sink");
        Refused(
            t => t.AddStateStore(Stores.KeyValueStoreBuilder(Stores.InMemoryKeyValueStore("s"), Serdes.String, Serdes.Int64)), "taken by another");

        void Refused(Action<Topology> add, string because) =>
            Assert.Contains(because, Assert.Throws<TopologyException>(() => add(topology)).Message, StringComparison.Ordinal);
    }

    private sealed class Remembering(string name = "seen") : IProcessor<string, string, string, string>
    {
        private IProcessorContext<string, string> _context = null!;
        private IKeyValueStore<string, string> _store = null!;

        public void Init(IProcessorContext<string, string> context) =>
            (_context, _store) = (context, context.GetStateStore<IKeyValueStore<string, string>>(name));

        public void Process(in Record<string, string> record)
        {
            _context.Forward(record.WithValue(_store.Get(record.Key) ?? "none"));
            _store.Put(record.Key, record.Value);
        }
    }

    private sealed class Filling : IProcessor<string, string, string, string>
    {
        private IKeyValueStore<string, string> _store = null!;

        public void Init(IProcessorContext<string, string> context) =>
            _store = context.GetStateStore<IKeyValueStore<string, string>>("facts");

        public void Process(in Record<string, string> record) => _store.Put(record.Key, record.Value);
    }
}
