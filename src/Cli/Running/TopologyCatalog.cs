using MedStreams.Cli.Running.Delivery;
using MedStreams.Cli.Running.Forecasts;
using MedStreams.Cli.Running.Increments;
using MedStreams.Cli.Running.Migration;
using MedStreams.Cli.Running.RangeStatistics;
using MedStreams.Cli.Running.Recommendations;
using MedStreams.Cli.Running.Reservations;
using MedStreams.Cli.Running.Synchronisation;

namespace MedStreams.Cli.Running;

/// <summary>The topologies that can be run and described.</summary>
internal static class TopologyCatalog
{
    /// <summary>All of the product's.</summary>
    public static IReadOnlyList<TopologyEntry> Product { get; } =
    [
        DeliveryEntry.Create(), ForecastsEntry.Create(), IncrementsEntry.Create(), MigrationEntry.Create(), RangeStatisticsEntry.Create(),
        RecommendationsEntry.Create(), ReservationsEntry.Create(), SynchronisationEntry.Create(),
    ];
}
