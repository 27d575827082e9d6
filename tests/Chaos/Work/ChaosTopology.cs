using System.Globalization;
using MedStreams.Sinks;
using MedStreams.Streams;
using NpgsqlTypes;

namespace MedStreams.Chaos.Tests.Work;

/// <summary>
/// What runs under the faults: a count behind a repartition topic and a slow call, the same into PostgreSQL, a count by windows, and a left join of
/// streams. Each input record is one more step of some sequence, so anything lost or done twice shows.
/// </summary>
internal static class ChaosTopology
{
    public static readonly TimeSpan WindowSize = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan WindowGrace = TimeSpan.FromSeconds(5);
    public const string Table = "counted";
    public const int Groups = 13;

    /// <summary>Longer than a process is stopped for: its time counts as the call's.</summary>
    private static readonly TimeSpan CallLimit = TimeSpan.FromMilliseconds(3_900);

    /// <summary>Asks and answers are paired however far they are apart; only the end of a run is further.</summary>
    private static readonly TimeSpan JoinTime = TimeSpan.FromDays(1);

    /// <summary>Makes it.</summary>
    /// <param name="application">Its name.</param>
    /// <param name="database">Null: without the sink.</param>
    /// <param name="processed">Called for each record that is counted.</param>
    public static Topology Build(string application, string? database, Action? processed = null)
    {
        var topics = new ChaosTopics(application);
        var service = new SlowService();
        var builder = new StreamsBuilder();
        var events = builder.Stream(topics.Events, Consumed.With(Serdes.String, Serdes.String));

        var counted = events.SelectKey((_, value) => GroupOf(value))
            .Repartition(new Repartitioned<string, string> { Name = "grouped" })
            .MapValuesAsync((value, stop) => service.AskAsync(value, stop), new AsyncOptions { MaxConcurrency = 20, Timeout = CallLimit })
            .Peek((_, _) => processed?.Invoke())
            .GroupByKey()
            .Count(Uncached<string>("counts"))
            .ToStream()
            .MapValues(n => Text(n));
        counted.To(topics.Counts);
        if (database is not null)
            counted.ToSink("counted", Sink(database));

        events.GroupByKey()
            .WindowedBy(TimeWindows.OfSizeAndGrace(WindowSize, WindowGrace))
            .Count(Uncached<string>("windows") with { Retention = TimeSpan.FromHours(1) })
            .ToStream()
            .Map((key, n) => (WindowName(key.Key, key.Window.Start), Text(n)))
            .To(topics.Windows, Produced.With(Serdes.String, Serdes.String));

        builder.Stream(topics.Asks, Consumed.With(Serdes.String, Serdes.String))
            .LeftJoin(
                builder.Stream(topics.Answers, Consumed.With(Serdes.String, Serdes.String)),
                (ask, answer) => $"{ask}|{answer ?? "-"}",
                JoinWindows.OfTimeDifferenceWithNoGrace(JoinTime))
            .To(topics.Joins, Produced.With(Serdes.String, Serdes.String));
        return builder.Build();
    }

    public static string GroupOf(string value) =>
        Text(int.Parse(value, CultureInfo.InvariantCulture) % Groups);

    public static string WindowName(string key, long start) => string.Create(CultureInfo.InvariantCulture, $"{key}@{start}");

    public static string Text(long? number) => number!.Value.ToString(CultureInfo.InvariantCulture);

    private static Materialized<TKey, long?> Uncached<TKey>(string name) => new() { StoreName = name, CachingEnabled = false };

    private static PostgresSink<string, string> Sink(string database) => new(
        new PostgresSinkOptions { ConnectionString = database, ConnectTimeout = TimeSpan.FromSeconds(2), StatementTimeout = TimeSpan.FromSeconds(4) },
        new PostgresTable<string, string>(Table)
            .Column("grp", NpgsqlDbType.Text, record => record.Key)
            .Column("n", NpgsqlDbType.Bigint, record => long.Parse(record.Value, CultureInfo.InvariantCulture)));
}
