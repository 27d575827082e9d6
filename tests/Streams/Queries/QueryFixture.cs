using MedStreams.Streams.Tests.Clients;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Queries;

/// <summary>An application of one test, on a broker.</summary>
internal sealed class QueryFixture : IAsyncDisposable
{
    private readonly BrokerFixture _broker;
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly List<KafkaStreams> _started = [];

    public QueryFixture(BrokerFixture broker)
    {
        _broker = broker;
        App = broker.Unique("queries");
        Input = $"{App}-in";
    }

    public string App { get; }

    public string Input { get; }

    public Task CreateInputAsync(int partitions) => _broker.CreateTopicsAsync(partitions, Input);

    public void Produce(IEnumerable<(string Key, string Value)> records) => _broker.Produce(Input, records);

    public bool IsCaughtUp() => _broker.Lag(App, Input) == 0;

    /// <summary>Starts an instance, and returns when it runs and has processed and committed everything.</summary>
    public async Task<KafkaStreams> StartAsync(
        Topology topology, string instance = "one", string server = "", TimeSpan? commitInterval = null, int threads = 1)
    {
        var streams = Create(topology, instance, server, commitInterval, threads);
        await streams.StartAsync();
        await Eventually.Holds(() => streams.State == KafkaStreamsState.Running);
        await Eventually.Holds(IsCaughtUp);
        return streams;
    }

    public KafkaStreams Create(
        Topology topology, string instance = "one", string server = "", TimeSpan? commitInterval = null, int threads = 1)
    {
        var streams = new KafkaStreams(topology, new StreamsConfig
        {
            ApplicationId = App,
            BootstrapServers = _broker.BootstrapServers,
            StateDir = Path.Combine(_stateDir, instance),
            ProcessingGuarantee = ProcessingGuarantee.ExactlyOnceV2,
            CommitInterval = commitInterval ?? TimeSpan.FromMilliseconds(20),
            ApplicationServer = server,
            NumStreamThreads = threads,
        });
        _started.Add(streams);
        return streams;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var streams in _started)
            await streams.DisposeAsync();
        Directory.Delete(_stateDir, recursive: true);
    }
}
