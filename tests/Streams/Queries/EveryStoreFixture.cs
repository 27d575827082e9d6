using System.Globalization;
using MedStreams.Streams.Tests.Clients;

namespace MedStreams.Streams.Tests.Queries;

/// <summary>
/// A running application with every kind of store. Each value is the second of its record; key k comes at the seconds k, k + 25, k + 50 and k + 75.
/// </summary>
public sealed class EveryStoreFixture : IAsyncLifetime
{
    internal const int Keys = 25;
    private readonly BrokerFixture _broker = new();
    private QueryFixture? _fixture;

    public KafkaStreams Streams { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _broker.InitializeAsync();
        _fixture = new QueryFixture(_broker);
        await _fixture.CreateInputAsync(2);
        var global = $"{_fixture.App}-global";
        await _broker.CreateTopicsAsync(3, global);
        _broker.Produce(global, Enumerable.Range(0, Keys).Select(k => ($"k{k:00}", $"g{k}")));
        _fixture.Produce(Enumerable.Range(0, 4 * Keys).Select(i => ($"k{i % Keys:00}", $"{i}")));
        Streams = await _fixture.StartAsync(Everything(_fixture.Input, global));
    }

    public async ValueTask DisposeAsync()
    {
        await _fixture!.DisposeAsync();
        await _broker.DisposeAsync();
    }

    private static Topology Everything(string input, string global)
    {
        var builder = new StreamsBuilder();
        builder.GlobalTable<string, string>(global, Materialized.As("globals"));
        var stream = builder.Stream(input, new Consumed<string, string>
        {
            TimestampExtractor = (in r, _, _) => long.Parse(r.Value, CultureInfo.InvariantCulture) * 1000,
        });
        var grouped = stream.GroupByKey();
        grouped.Count(Materialized.As("counts"));
        grouped.Count(new Materialized<string, long?> { StoreName = "counts-in-memory", StoreType = StoreType.InMemory });
        grouped.WindowedBy(TimeWindows.OfSizeAndGrace(TimeSpan.FromSeconds(10), TimeSpan.FromDays(1))).Count(Materialized.As("windows"));
        grouped.WindowedBy(SessionWindows.OfInactivityGapAndGrace(TimeSpan.FromSeconds(10), TimeSpan.FromDays(1))).Count(Materialized.As("sessions"));
        stream.ToTable(Materialized.As(Stores.PersistentVersionedKeyValueStore("versions", TimeSpan.FromDays(1))));
        return builder.Build();
    }
}
