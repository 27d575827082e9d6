using System.Globalization;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// The settings with which internal topics are made, as Kafka Streams makes them: its own, under those of the application (prefix
/// <c>topic.</c>), under those of the store.
/// </summary>
internal static class InternalTopicSettings
{
    // Versions must not be compacted away before the history that they belong to is over, whatever clocks say.
    private static readonly TimeSpan CompactionSlack = TimeSpan.FromDays(1);

    public static IReadOnlyDictionary<string, string> Repartition(StreamsConfig config) => Merge(
        new(StringComparer.Ordinal)
        {
            ["cleanup.policy"] = "delete",
            ["retention.ms"] = "-1",
            ["segment.bytes"] = "52428800",
            ["message.timestamp.type"] = "CreateTime",
        },
        config.Topic);

    public static IReadOnlyDictionary<string, string> Changelog(StreamsConfig config, IStoreBuilder store)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["cleanup.policy"] = "compact",
            ["message.timestamp.type"] = "CreateTime",
        };
        var layout = (store as IEngineStoreBuilder)?.Layout;
        switch (layout?.Kind)
        {
            case StoreKind.Window or StoreKind.Session:
                settings["cleanup.policy"] = "compact,delete";
                settings["retention.ms"] = Sum(layout.RetentionMs, config.WindowStoreChangelogAdditionalRetention);
                break;
            case StoreKind.Versioned:
                settings["min.compaction.lag.ms"] = Sum(layout.RetentionMs, CompactionSlack);
                break;
        }

        return Merge(settings, config.Topic, store.LogConfig);
    }

    private static string Sum(long milliseconds, TimeSpan more)
    {
        var added = (long)more.TotalMilliseconds;
        return (milliseconds > long.MaxValue - added ? long.MaxValue : milliseconds + added)
            .ToString(CultureInfo.InvariantCulture);
    }

    private static Dictionary<string, string> Merge(
        Dictionary<string, string> settings, params ReadOnlySpan<IReadOnlyDictionary<string, string>> above)
    {
        foreach (var layer in above)
        {
            foreach (var (key, value) in layer)
                settings[key] = value;
        }

        return settings;
    }
}
