using MedStreams.Streams;
using static MedStreams.Golden.Tests.Streams.GoldenTopology;
using static MedStreams.Golden.Tests.Streams.Text;

namespace MedStreams.Golden.Tests.Streams;

/// <summary>Joins of tables by a foreign key.</summary>
internal static class ForeignKeyTopologies
{
    public static IEnumerable<GoldenTopology> All() =>
    [
        Dsl(
            "foreign-key-inner",
            b => b.Table<string, string>("left")
                .Join(b.Table<string, string>("right"), v => v.Split('|')[0], (x, y) => Both(x, y), Materialized.As("both"))
                .ToStream()
                .To("out"),
            "out").With(StoreReaders.Timestamped<string>("both")),
        Dsl(
            "foreign-key-left",
            b => b.Table<string, string>("left")
                .LeftJoin(b.Table<string, string>("right"), v => v.Split('|')[0], (x, y) => Both(x, y), Materialized.As("both"))
                .ToStream()
                .To("out"),
            "out").With(StoreReaders.Timestamped<string>("both")),
        Dsl(
            "foreign-key-nullable-inner",
            b => b.Table<string, string>("left")
                .Join(b.Table<string, string>("right"), Reference, (x, y) => Both(x, y))
                .ToStream()
                .To("out"),
            "out"),
        Dsl(
            "foreign-key-nullable-left",
            b => b.Table<string, string>("left")
                .LeftJoin(b.Table<string, string>("right"), Reference, (x, y) => Both(x, y))
                .ToStream()
                .To("out"),
            "out"),
        Dsl(
            "foreign-key-with-key",
            b => b.Table<string, string>("left")
                .Join(b.Table<string, string>("right"), (k, _) => k, (x, y) => Both(x, y), TableJoined.As("by-key"))
                .ToStream()
                .To("out"),
            "out"),
        Dsl(
            "foreign-key-versioned",
            b => b.Table<string, string>("left", Versioned("left-history"))
                .LeftJoin(b.Table<string, string>("right", Versioned("right-history")), v => v.Split('|')[0], (x, y) => Both(x, y))
                .ToStream()
                .To("out"),
            "out"),
    ];

    private static Materialized<string, string> Versioned(string store) =>
        new() { Supplier = Stores.PersistentVersionedKeyValueStore(store, TimeSpan.FromMinutes(5)) };

    private static string? Reference(string value) =>
        value.StartsWith('p') ? null : value.Split('|')[0];
}
