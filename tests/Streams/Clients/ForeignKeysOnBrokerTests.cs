using MedStreams.Support;

namespace MedStreams.Streams.Tests.Clients;

/// <summary>A join by foreign key between topics of different sizes, through the embedded broker.</summary>
public sealed class ForeignKeysOnBrokerTests(BrokerFixture broker) : IClassFixture<BrokerFixture>, IDisposable
{
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly string _app = broker.Unique("app");

    public void Dispose() => Directory.Delete(_stateDir, recursive: true);

    [Fact]
    public async Task Answers_find_the_partition_that_asked()
    {
        var (patients, wards, output) = ($"{_app}-patients", $"{_app}-wards", $"{_app}-out");
        await broker.CreateTopicsAsync(3, patients, output);
        await broker.CreateTopicsAsync(5, wards);
        var builder = new StreamsBuilder();
        builder.Table<string, string>(patients)
            .Join(builder.Table<string, string>(wards), ward => ward, (ward, name) => $"{ward} {name}")
            .ToStream()
            .To(output);
        await using var streams = new KafkaStreams(builder.Build(), new StreamsConfig
        {
            ApplicationId = _app,
            BootstrapServers = broker.BootstrapServers,
            StateDir = _stateDir,
            NumStreamThreads = 2,
            CommitInterval = TimeSpan.FromMilliseconds(50),
        });
        await streams.StartAsync();
        broker.Produce(wards, Enumerable.Range(0, 10).Select(i => ($"w{i}", $"ward {i}")));
        await Eventually.Holds(() => broker.Lag(_app, wards) == 0, TimeSpan.FromSeconds(60));
        broker.Produce(patients, Enumerable.Range(0, 200).Select(i => ($"p{i}", $"w{i % 10}")));

        var results = broker.Read(output, 200).ToDictionary(r => r.Key, r => r.Value);

        Assert.Equal(
            Enumerable.Range(0, 200).ToDictionary(i => $"p{i}", i => $"w{i % 10} ward {i % 10}"), results);
    }
}
