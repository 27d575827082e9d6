using MedStreams.Bench.Support;

namespace MedStreams.Streams.Bench;

/// <summary>A topology on the engine, as the thing that is measured.</summary>
internal sealed class Engine(Cluster cluster, Topology topology, Guarantee guarantee, int threads, string folder) : ISubject
{
    private readonly string _state = Path.Combine(folder, $"medstreams-bench-state-{Guid.NewGuid():N}");
    private readonly string _id = cluster.Unique("engine");
    private KafkaStreams? _streams;

    public string Group => _id;

    public KafkaStreams Streams => _streams!;

    public Task Failure => _streams!.Completion;

    public async Task StartAsync()
    {
        _streams = new KafkaStreams(topology, new StreamsConfig
        {
            ApplicationId = _id,
            BootstrapServers = cluster.BootstrapServers,
            ProcessingGuarantee = guarantee.ExactlyOnce ? ProcessingGuarantee.ExactlyOnceV2 : ProcessingGuarantee.AtLeastOnce,
            CommitInterval = guarantee.CommitInterval,
            NumStreamThreads = threads,
            StateDir = _state,
        });
        await _streams.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_streams is not null)
            await _streams.DisposeAsync();
        if (Directory.Exists(_state))
            Directory.Delete(_state, recursive: true);
    }
}
