using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MedStreams.Cli.Kafka;
using MedStreams.Cli.Terminal;
using MedStreams.Monitoring.Lag;
using Microsoft.Extensions.Logging;

namespace MedStreams.Cli.Commands.Lag;

/// <summary>
/// Shows groups again and again, with the windows that a watch keeps: their statuses are those of what was seen, not of what compaction has left. At a terminal the table is
/// drawn anew in its place.
/// </summary>
internal sealed class WatchView(CommandContext context, LagScanOptions options, string by)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    /// <summary>Shows them until the token is cancelled.</summary>
    /// <param name="interval">Between two looks.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="CliException">No broker answers at the beginning.</exception>
    public async Task<int> RunAsync(TimeSpan interval, CancellationToken stop)
    {
        var clients = new KafkaClients(context);
        using (var admin = clients.CreateAdmin())
            clients.AllTopics(admin);
        using var loggers = context.CreateLoggers();
        var clock = context.Environment.Clock;
        await using var watch = new ClusterWatch(Cluster(clients, interval), clock, loggers.CreateLogger<WatchView>());
        while (!watch.HasCaughtUp)
            await Task.Delay(Patience, clock, stop);
        using var timer = new PeriodicTimer(interval, clock);
        do
            Show(watch, clock.GetUtcNow());
        while (await timer.WaitForNextTickAsync(stop));
        return ExitCodes.Done;
    }

    private MonitoredCluster Cluster(KafkaClients clients, TimeSpan interval) => new()
    {
        Name = "watched",
        Servers = [],
        Connect = clients.CreateConsumer,
        Admin = clients.CreateAdmin,
        OffsetRefresh = interval,
        Timeout = options.Timeout,
        LooksUpTimes = options.LooksUpTimes,
        Rules = options.Rules,
        Book = new LagBookSettings
        {
            Intervals = options.Intervals,
            MinDistance = options.MinDistance,
            MaxGroups = int.MaxValue,
            MaxPartitions = int.MaxValue,
            GroupAllowlist = options.Groups.Count == 0
                ? options.GroupPattern
                : new Regex($"^({string.Join('|', options.Groups.Select(Regex.Escape))})$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, options.Timeout),
        },
    };

    private void Show(ClusterWatch watch, DateTimeOffset now)
    {
        var groups = watch.Book.Groups.Where(options.WantsGroup).Select(watch.Report)
            .Select(g => g with { Partitions = [.. g.Partitions.Where(p => options.WantsTopic(p.Verdict.Topic))] }).Where(g => g.Partitions.Count > 0).ToList();
        var missing = options.Groups.Except(groups.Select(g => g.Group), StringComparer.Ordinal);
        List<LagRow> rows = [.. groups.SelectMany(g => LagRow.Of(g, by)), .. missing.Select(g => LagRow.NotFound(g, by))];
        var columns = LagRow.Columns(by);
        var at = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        if (context.Output.Json)
        {
            foreach (var row in rows)
                context.Output.WriteJson(writer => Write(writer, at, columns, row));
            return;
        }

        if (context.Output.IsForPeople)
        {
            var table = new Table(columns);
            foreach (var row in rows)
                table.Add(row.Cells);
            context.Output.Redraw(table, $"{at}{(watch.IsReachable ? "" : "  no broker answers: as of the last look")}");
            return;
        }

        var timed = new Table(["at", .. columns]);
        foreach (var row in rows)
            timed.Add([at, .. row.Cells]);
        context.Output.Write(timed);
    }

    private static void Write(Utf8JsonWriter writer, string at, string[] columns, LagRow row)
    {
        writer.WriteStartObject();
        writer.WriteString("at", at);
        foreach (var (index, column) in columns.Index())
        {
            writer.WritePropertyName(column);
            JsonSerializer.Serialize(writer, row.Cells[index], row.Cells[index]?.GetType() ?? typeof(object));
        }

        writer.WriteEndObject();
    }
}
