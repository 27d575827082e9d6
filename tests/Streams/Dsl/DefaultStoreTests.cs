using MedStreams.Streams.State;

namespace MedStreams.Streams.Tests.Dsl;

public sealed class DefaultStoreTests
{
    [Theory]
    [InlineData(StoreType.Persistent)]
    [InlineData(StoreType.InMemory)]
    public void Operators_keep_their_stores_where_the_builder_says_unless_they_say_it_themselves(StoreType type)
    {
        var builder = new StreamsBuilder(new StreamsBuilderOptions { DefaultDslStore = type });
        var stream = builder.Stream<string, string>("in");
        var grouped = stream.GroupByKey();
        grouped.Count(Materialized.As("count"));
        grouped.WindowedBy(TimeWindows.OfSizeWithNoGrace(TimeSpan.FromMinutes(1))).Count(Materialized.As("windows"));
        grouped.WindowedBy(SessionWindows.OfInactivityGapWithNoGrace(TimeSpan.FromMinutes(1))).Count(Materialized.As("sessions"));
        stream.Join(
            builder.Stream<string, string>("other"),
            static (a, b) => a + b,
            JoinWindows.OfTimeDifferenceWithNoGrace(TimeSpan.FromMinutes(1)),
            StreamJoined.As("join"));
        builder.Table<string, string>("table", Materialized.As("table"));
        builder.GlobalTable<string, string>("global", Materialized.As("global"));
        grouped.Count(new Materialized<string, long?> { StoreName = "own-disk", StoreType = StoreType.Persistent });
        grouped.Count(new Materialized<string, long?> { StoreName = "own-memory", StoreType = StoreType.InMemory });
        grouped.Count(Materialized.As(Stores.InMemoryKeyValueStore("supplied")));

        var stores = builder.Build().Split().SelectMany(s => s.Stores)
            .ToDictionary(s => s.Name, s => ((IEngineStoreBuilder)s.Builder).Layout.Persistent);

        Assert.Equal((true, false, false), (stores["own-disk"], stores["own-memory"], stores["supplied"]));
        var others = stores.Where(s => s.Key is not ("own-disk" or "own-memory" or "supplied")).ToList();
        Assert.Equal(7, others.Count);
        Assert.All(others, s => Assert.Equal(type == StoreType.Persistent, s.Value));
    }
}
