using System.Buffers;
using MedStreams.Serialization.Avro;
using MedStreams.Serialization.Registry;
using MedStreams.Streams.Tests.Runtime.Fakes;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Runtime;

/// <summary>What a record needs is away for a while: nothing is dropped, no handler is asked, and it goes on where it was.</summary>
public sealed class RetriableTests : IDisposable
{
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly FakeKafka _kafka = new FakeKafka().WithTopic("in").WithTopic("other").WithTopic("out");
    private readonly AwaySerde _serde = new();
    private int _judged;

    public void Dispose() => Directory.Delete(_stateDir, recursive: true);

    [Theory]
    [InlineData(ProcessingGuarantee.AtLeastOnce)]
    [InlineData(ProcessingGuarantee.ExactlyOnceV2)]
    public async Task A_reading_serde_that_is_away_is_waited_for_while_other_tasks_go_on(ProcessingGuarantee guarantee)
    {
        var builder = new StreamsBuilder();
        builder.Stream("in", Consumed.With(Serdes.String, _serde)).To("out", Produced.With(Serdes.String, Serdes.String));
        builder.Stream<string, string>("other").To("done");
        await using var streams = Start(builder.Build(), guarantee);
        _kafka.Produce("in", "k", "0");
        await Eventually.Holds(() => _kafka.Read("out").Count == 1);

        _serde.IsAway = true;
        for (var i = 1; i < 50; i++)
            _kafka.Produce("in", "k", $"{i}");
        await Eventually.Holds(() => _serde.Refusals > 2);
        for (var i = 0; i < 50; i++)
            _kafka.Produce("other", "k", $"{i}");
        await Eventually.Holds(() => Committed("other") == 50);
        await Eventually.Holds(
            () => streams.Health().Standstills.Any(s => s is { Reason: StandstillReason.ServiceDown, TaskId: not null }));
        _serde.IsAway = false;

        await Eventually.Holds(() => Committed("in") == 50);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), _kafka.Read("out").Select(r => r.ValueText));
        Assert.Equal(50, _kafka.Read("done").Count);
        Assert.Equal(0, _judged);
        await Eventually.Holds(() => streams.Health().Standstills.Count == 0);
    }

    [Theory]
    [InlineData(ProcessingGuarantee.AtLeastOnce)]
    [InlineData(ProcessingGuarantee.ExactlyOnceV2)]
    public async Task A_writing_serde_that_is_away_undoes_what_its_record_did(ProcessingGuarantee guarantee)
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").GroupByKey().Count(Materialized.As("counts")).ToStream()
            .MapValues(static count => $"{count}").To("out", Produced.With(Serdes.String, _serde));
        await using var streams = Start(builder.Build(), guarantee);
        _serde.IsAway = true;
        for (var i = 0; i < 20; i++)
            _kafka.Produce("in", $"k{i % 2}", "v");
        await Eventually.Holds(() => _serde.Refusals > 2);
        Assert.Empty(_kafka.Read("out"));
        _serde.IsAway = false;

        await Eventually.Holds(() => Committed("in") == 20);
        Assert.Equal(["10", "10"], _kafka.Read("out").GroupBy(r => r.KeyText).Select(g => g.Last().ValueText));
        Assert.Equal(0, _judged);
    }

    [Fact]
    public async Task Records_before_the_one_that_waits_are_not_written_again_and_again()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").MapValues(v => v == "19" && _serde.Refuses() ? throw new RetriableException("away") : v).To("out");
        await using var streams = Start(builder.Build(), ProcessingGuarantee.AtLeastOnce, TimeSpan.FromHours(1));
        await Eventually.Holds(() => streams.State == KafkaStreamsState.Running);
        _serde.IsAway = true;
        for (var i = 0; i < 21; i++)
            _kafka.Produce("in", "k", $"{i}");
        await Eventually.Holds(() => _serde.Refusals > 4);
        _serde.IsAway = false;

        await Eventually.Holds(() => _kafka.Read("out") is [.., { ValueText: "20" }]);
        Assert.Equal((19 * 2) + 2, _kafka.Read("out").Count);
        Assert.Equal(0, _judged);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_stays_away_for_longer_than_the_task_timeout_stops_the_thread_with_a_clear_error(bool reading)
    {
        var builder = new StreamsBuilder();
        builder.Stream("in", Consumed.With(Serdes.String, reading ? _serde : Serdes.String))
            .To("out", Produced.With(Serdes.String, reading ? Serdes.String : _serde));
        _serde.IsAway = true;
        _kafka.Produce("in", "k", "v");
        await using var streams = Start(
            builder.Build(), ProcessingGuarantee.ExactlyOnceV2, taskTimeout: TimeSpan.FromMilliseconds(400));

        var error = await Assert.ThrowsAsync<StreamsException>(() => streams.Completion);

        Assert.Contains("task.timeout.ms", error.Message, StringComparison.Ordinal);
        Assert.Contains("in-0", error.Message, StringComparison.Ordinal);
        Assert.Contains("no answer", error.Message, StringComparison.Ordinal);
        Assert.True(_serde.Refusals > 1);
        Assert.Equal(0, _judged);
        Assert.True(Committed("in") is null or 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_global_table_waits_too(bool reading)
    {
        var builder = new StreamsBuilder();
        builder.AddGlobalStore(
            Stores.KeyValueStoreBuilder(Stores.InMemoryKeyValueStore("globals"), Serdes.String, Serdes.String),
            "other",
            Consumed.With(Serdes.String, reading ? _serde : Serdes.String),
            () => new Filling(reading ? null : _serde));
        builder.Stream<string, string>("in").Process(() => new Asking()).To("out");
        for (var i = 0; i < 10; i++)
            _kafka.Produce("other", $"k{i}", $"{i}");
        _kafka.Produce("in", "k9", "v");
        _serde.IsAway = true;
        await using var streams = new KafkaStreams(builder.Build(), Config(), null, _kafka);
        var started = streams.StartAsync();
        await Eventually.Holds(() => _serde.Refusals > 1);
        Assert.False(started.IsCompleted);
        _serde.IsAway = false;
        await started;

        await Eventually.Holds(() => Committed("in") == 1);
        Assert.Equal(["v9"], _kafka.Read("out").Select(r => r.ValueText));
        Assert.Equal(0, _judged);
    }

    [Fact]
    public async Task A_schema_registry_that_goes_away_and_comes_back_costs_no_record()
    {
        using var registry = new EmbeddedSchemaRegistry(new MemorySchemaLog());
        await registry.StartAsync();
        var network = new RegistryNetwork(registry);
        var options = new SchemaRegistryOptions { Urls = [new("http://registry")], Retries = 1, RetryBackoff = TimeSpan.Zero };
        using var writing = new SchemaRegistryClient(options, null, new RegistryNetwork(registry));
        using var client = new SchemaRegistryClient(options, null, network);
        var builder = new StreamsBuilder();
        builder.Stream("in", Consumed.With(Serdes.String, new AvroSerde<Visit>(client)))
            .To("out", Produced.With(Serdes.String, new AvroSerde<Visit>(client)));
        network.IsAway = true;
        await using var streams = Start(builder.Build(), ProcessingGuarantee.ExactlyOnceV2);
        var visits = Enumerable.Range(0, 20).Select(i => new Visit($"p{i}", i)).ToList();
        var serde = new AvroSerde<Visit>(writing);
        foreach (var visit in visits)
            _kafka.Append(new TopicPartition("in", 0), new FakeRecord("k"u8.ToArray(), Bytes(serde, visit, "in"), 5, Headers.Empty));

        await Eventually.Holds(() => network.Refusals > 3);
        Assert.True(Committed("in") is null or 0);
        network.IsAway = false;
        await Eventually.Holds(() => Committed("in") == 20);

        Assert.Equal(
            visits, _kafka.Read("out").Select(r => serde.Deserialize(r.Value, new SerdeContext("out", false, Headers.Empty))));
        Assert.Equal(0, _judged);
    }

    private static byte[] Bytes(AvroSerde<Visit> serde, Visit value, string topic)
    {
        var buffer = new ArrayBufferWriter<byte>();
        serde.Serialize(value, buffer, new SerdeContext(topic, false, Headers.Empty));
        return buffer.WrittenSpan.ToArray();
    }

    private KafkaStreams Start(
        Topology topology, ProcessingGuarantee guarantee, TimeSpan? commitInterval = null, TimeSpan? taskTimeout = null)
    {
        var config = Config() with
        {
            ProcessingGuarantee = guarantee,
            CommitInterval = commitInterval ?? TimeSpan.FromMilliseconds(10),
            TaskTimeout = taskTimeout ?? TimeSpan.FromMinutes(5),
        };
        var streams = new KafkaStreams(topology, config, null, _kafka);
        streams.StartAsync().GetAwaiter().GetResult();
        return streams;
    }

    // A record that a handler sees counts as lost.
    private StreamsConfig Config() => new()
    {
        ApplicationId = "app",
        BootstrapServers = "fake:1",
        StateDir = _stateDir,
        Poll = TimeSpan.FromMilliseconds(1),
        CommitInterval = TimeSpan.FromMilliseconds(10),
        OnDeserializationError = Judge,
        OnProcessingError = Judge,
        OnProductionError = Judge,
    };

    private ErrorVerdict Judge(ErrorContext context)
    {
        Interlocked.Increment(ref _judged);
        return ErrorVerdict.Continue;
    }

    private long? Committed(string topic)
    {
        lock (_kafka.Lock)
            return _kafka.Committed.TryGetValue(new TopicPartition(topic, 0), out var at) ? at : null;
    }

    private sealed class Filling(AwaySerde? needs) : IProcessor<string, string, string, string>
    {
        private IKeyValueStore<string, string> _store = null!;

        public void Init(IProcessorContext<string, string> context) => _store = context.GetStateStore<IKeyValueStore<string, string>>("globals");

        public void Process(in Record<string, string> record)
        {
            if (needs?.Refuses() == true)
                throw new RetriableException("no answer");
            _store.Put(record.Key, record.Value);
        }
    }

    private sealed class Asking : IProcessor<string, string, string, string>
    {
        private IProcessorContext<string, string> _context = null!;

        public void Init(IProcessorContext<string, string> context) => _context = context;

        public void Process(in Record<string, string> record) => _context.Forward(
            record.WithValue(record.Value + _context.GetStateStore<IKeyValueStore<string, string>>("globals").Get(record.Key)));
    }

    internal sealed record Visit(string Patient, int Nights);

    /// <summary>A serde that needs something that can be away.</summary>
    private sealed class AwaySerde : ISerde<string>
    {
        private int _refusals;

        public volatile bool IsAway;

        public int Refusals => _refusals;

        public bool Refuses()
        {
            if (IsAway)
                Interlocked.Increment(ref _refusals);
            return IsAway;
        }

        public void Serialize(string value, IBufferWriter<byte> destination, in SerdeContext context)
        {
            if (Refuses())
                throw new RetriableException("no answer");
            Serdes.String.Serialize(value, destination, context);
        }

        public string Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) => Refuses()
            ? throw new InvalidOperationException("outer", new RetriableException("no answer"))
            : Serdes.String.Deserialize(data, context);
    }

    /// <summary>The way to a registry.</summary>
    private sealed class RegistryNetwork(EmbeddedSchemaRegistry registry) : HttpMessageHandler
    {
        private int _refusals;

        public volatile bool IsAway;

        public int Refusals => _refusals;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (IsAway)
            {
                Interlocked.Increment(ref _refusals);
                throw new HttpRequestException("connection refused");
            }

            var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
            var answer = await registry.HandleAsync(new RegistryRequest(request.Method.Method, request.RequestUri!.PathAndQuery, body), cancellationToken);
            return new HttpResponseMessage((System.Net.HttpStatusCode)answer.Status) { Content = new ByteArrayContent(answer.Body.ToArray()) };
        }
    }
}
