using MedStreams.Cli.Running.Delivery;
using MedStreams.Cli.Running.Forecasts;
using MedStreams.Cli.Running.Increments;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Cli.Running.Mllp;
using MedStreams.Cli.Running.RangeStatistics;
using MedStreams.Cli.Running.Recommendations;
using MedStreams.Cli.Running.Reservations;
using MedStreams.Cli.Running.Synchronisation;

namespace MedStreams.Cli.Configuration;

/// <summary>Every key that the section <c>MedStreams</c> may hold.</summary>
internal static class SettingsCatalog
{
    /// <summary>The section's name.</summary>
    public const string Section = "MedStreams";

    /// <summary>The known keys, in the order that <c>config show</c> lists them.</summary>
    public static IReadOnlyList<Setting> Settings { get; } =
    [
        KafkaSettings.BootstrapServers,
        KafkaSettings.Timeout,
        .. BrokerSettings.All,
        .. BrokerSecuritySettings.All,
        .. RegistrySettings.All,
        .. StreamsSettings.All,
        .. MonitorSettings.All,
        .. NotificationSettings.All,
        .. MetricsSettings.All,
        .. PageSettings.All,
        .. TelemetrySettings.All,
        .. PostgresSettings.All,
        .. ArchiveSettings.All,
        .. MllpSettings.All,
        .. IncrementsSettings.All,
        .. RangeStatisticsSettings.All,
        .. RecommendationsSettings.All,
        .. ReservationsSettings.All,
        .. DeliverySettings.All,
        .. ForecastsSettings.All,
        .. MigrationSettings.All,
        .. SynchronisationSettings.All,
        .. CardSettings.All,
    ];

    /// <summary>The parts whose keys the user chooses.</summary>
    public static IReadOnlyList<SettingGroup> Groups { get; } = [KafkaSettings.Client, BrokerSettings.TopicDefaults, BrokerSettings.Configs, RegistrySettings.Users, .. StreamsSettings.Groups, .. MonitorSettings.Groups, NotificationSettings.WebhookHeaders, PageSettings.Users, .. ArchiveSettings.Groups, .. IncrementsSettings.Groups, .. MigrationSettings.Groups, OperatorSettings.Operators, CardSettings.Columns];

    /// <summary>The known key that was most likely meant, or null.</summary>
    public static string? Nearest(string key) =>
        Settings.Select(s => s.Key)
            .Select(known => (known, distance: EditDistance(known.ToUpperInvariant(), key.ToUpperInvariant())))
            .Where(candidate => candidate.distance <= Math.Max(2, key.Length / 4))
            .OrderBy(candidate => candidate.distance)
            .Select(candidate => candidate.known)
            .FirstOrDefault();

    private static int EditDistance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var current = new int[b.Length + 1];
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(change, Math.Min(previous[j], current[j - 1]) + 1);
            }

            previous = current;
        }

        return previous[b.Length];
    }
}
