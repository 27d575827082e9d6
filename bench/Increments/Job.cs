using MedStreams.Bench.Support;
using MedStreams.Cli.Running.Increments;
using MedStreams.Sinks;
using MedStreams.Streams;
using MedStreams.Topologies.Increments;

namespace MedStreams.Increments.Bench;

/// <summary>The increments topology with its PostgreSQL sink, exactly once, in this process.</summary>
internal sealed class Job(Cluster cluster, string postgres, IncrementsOptions options, int threads, string folder) : IAsyncDisposable
{
    private readonly string _state = Path.Combine(folder, $"medstreams-bench-state-{Guid.NewGuid():N}");
    private PostgresSink<string, IncrementRow>? _sink;
    private KafkaStreams? _streams;

    /// <summary>Ends early only when the job failed.</summary>
    public Task Failure => _streams!.Completion;

    public async Task StartAsync()
    {
        _sink = new PostgresSink<string, IncrementRow>(
            new PostgresSinkOptions
            {
                ConnectionString = postgres,
                Migrations = PostgresMigration.BuiltIn(IncrementsTable.Scope),
            },
            IncrementsTable.Create());
        var builder = new StreamsBuilder();
        IncrementsTopology.Build(builder, options);
        IncrementsTopology.Increments(builder, options).ToSink("bench", _sink);
        _streams = new KafkaStreams(builder.Build(), new StreamsConfig
        {
            ApplicationId = cluster.Unique("increments"),
            BootstrapServers = cluster.BootstrapServers,
            ProcessingGuarantee = ProcessingGuarantee.ExactlyOnceV2,
            NumStreamThreads = threads,
            StateDir = _state,
            DeadLetterTopic = options.DeadLetterTopic,
        });
        await _streams.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_streams is not null)
            await _streams.DisposeAsync();
        if (_sink is not null)
            await _sink.DisposeAsync();
        if (Directory.Exists(_state))
            Directory.Delete(_state, recursive: true);
    }
}
