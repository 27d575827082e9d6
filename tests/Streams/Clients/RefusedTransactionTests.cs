namespace MedStreams.Streams.Tests.Clients;

/// <summary>What brokers will not do however often they are asked ends an instance at once, with the cure.</summary>
public sealed class RefusedTransactionTests(BrokerFixture broker) : IClassFixture<BrokerFixture>, IDisposable
{
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;

    public void Dispose() => Directory.Delete(_stateDir, recursive: true);

    [Fact]
    public async Task A_transaction_longer_than_brokers_allow_names_the_settings()
    {
        var (app, input) = (broker.Unique("refused"), broker.Unique("refused-in"));
        await broker.CreateTopicsAsync(1, input);
        var builder = new StreamsBuilder();
        builder.Stream<string, string>(input).ForEach((_, _) => { });
        await using var streams = new KafkaStreams(builder.Build(), new StreamsConfig
        {
            ApplicationId = app,
            BootstrapServers = broker.BootstrapServers,
            StateDir = _stateDir,
            ProcessingGuarantee = ProcessingGuarantee.ExactlyOnceV2,
            Producer = new Dictionary<string, string> { ["transaction.timeout.ms"] = "3600000" },
        });
        await streams.StartAsync();

        var error = await Assert.ThrowsAsync<StreamsException>(() => streams.Completion.WaitAsync(TimeSpan.FromSeconds(60)));

        Assert.Contains("transaction.max.timeout.ms", error.Message, StringComparison.Ordinal);
    }
}
