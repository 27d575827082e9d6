using MedStreams.Streams.Tests.Runtime.Fakes;
using Microsoft.Extensions.Logging;

namespace MedStreams.Streams.Tests.Runtime;

/// <summary>An instance of an application that counts the records of each key, with a hand on what it does.</summary>
internal sealed class CountingInstance : IAsyncDisposable
{
    private readonly FakeKafka _kafka;
    private readonly StreamsConfig _config;
    private int _processed;

    public CountingInstance(FakeKafka kafka, StreamsConfig config, ILoggerFactory? loggers = null)
    {
        (_kafka, _config) = (kafka, config);
        var topology = new Topology()
            .AddSource("source", Serdes.String, Serdes.String, "in")
            .AddProcessor("count", () => new Counter(this), "source")
            .AddStateStore(Stores.KeyValueStoreBuilder(Stores.PersistentKeyValueStore("counts"), Serdes.String, Serdes.String), "count")
            .AddSink("sink", "out", Serdes.String, Serdes.String, "count");
        Streams = new KafkaStreams(topology, config, loggers, kafka) { RestoreListener = Listener, StandbyListener = Listener };
    }

    public KafkaStreams Streams { get; }

    public RecordingListener Listener { get; } = new();

    /// <summary>How many records its processor took, whether they were committed or not.</summary>
    public int Processed => _processed;

    public bool IsRunning => Streams.State == KafkaStreamsState.Running;

    /// <summary>Kills it: nothing of its open transaction is committed, and the group counts it until its session is over.</summary>
    public async Task CrashAsync()
    {
        _kafka.Crashed[_config.InstanceId!] = true;
        await Assert.ThrowsAsync<InvalidOperationException>(() => Streams.Completion);
    }

    /// <summary>Its session is over.</summary>
    public void Expire() => _kafka.Expire(_config.InstanceId!);

    public async ValueTask DisposeAsync() => await Streams.DisposeAsync();

    private sealed class Counter(CountingInstance owner) : IProcessor<string, string, string, string>
    {
        private IProcessorContext<string, string> _context = null!;
        private IKeyValueStore<string, string> _counts = null!;

        public void Init(IProcessorContext<string, string> context)
        {
            _context = context;
            _counts = context.GetStateStore<IKeyValueStore<string, string>>("counts");
        }

        public void Process(in Record<string, string> record)
        {
            Interlocked.Increment(ref owner._processed);
            var count = ((_counts.Get(record.Key) is { } known ? int.Parse(known) : 0) + 1).ToString();
            _counts.Put(record.Key, count);
            _context.Forward(record.WithValue(count));
        }
    }
}
