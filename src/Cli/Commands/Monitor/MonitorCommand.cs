using System.CommandLine;
using System.Net;
using MedStreams.Cli.Commands.Migrate;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Page;
using MedStreams.Cli.Running.Page;
using MedStreams.Monitoring;
using MedStreams.Monitoring.Page;
using MedStreams.Sinks.Migration;
using Microsoft.Extensions.Logging;

namespace MedStreams.Cli.Commands.Monitor;

/// <summary><c>monitor</c>: watches the groups of Kafka clusters until a signal stops it.</summary>
internal static class MonitorCommand
{
    public static Command Create(CliEnvironment environment) =>
        new Command("monitor", "Watches consumer groups of Kafka clusters and tells over HTTP how they do, in Burrow's shape and as metrics")
        {
            new SettingOption("--listen", MonitorSettings.Listen) { HelpName = "HOST:PORT" },
            new SettingOption("--page", PageSettings.Listen) { HelpName = "HOST:PORT" },
        }.Runs(environment, RunAsync);

    private static async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        using var loggers = context.CreateLoggers();
        using var telemetry = TelemetrySettings.Export(context.Settings, "monitor");
        var page = PageSettings.ToOptions(context, "monitor");
        await using var server = await StartAsync(context, loggers);
        await using var database = page is not null && context.Settings.Get(PageSettings.Migrations) ? await context.OpenAsync(stop) : null;
        await using var shown = page is null ? null : await RunningPage.StartAsync(context, page, Content(context, server, database), loggers);
        Announce(context, server.Address);
        await Task.Delay(Timeout.InfiniteTimeSpan, context.Environment.Clock, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
        return ExitCodes.Done;
    }

    private static async Task<MonitorServer> StartAsync(CommandContext context, ILoggerFactory loggers)
    {
        var listen = context.Settings.Get(MonitorSettings.Listen);
        try
        {
            return await MonitorServer.StartAsync(
                new MonitorServerOptions
                {
                    Listen = new IPEndPoint(listen.Address(), listen.Port),
                    Token = context.Settings.Find(MonitorSettings.Token, out var token) ? token : null,
                    Clusters = MonitorSettings.ToClusters(context),
                    Notifications = NotificationSettings.ToOptions(context),
                },
                context.Environment.Clock,
                loggers);
        }
        catch (IOException e)
        {
            throw CliException.Failed($"the monitor cannot listen at {listen}: {e.InnerException?.Message ?? e.Message}", e);
        }
        catch (ArgumentException e)
        {
            throw CliException.Usage(e.Message);
        }
        catch (InvalidOperationException e)
        {
            throw CliException.Usage($"a client's setting is not allowed: {e.Message}"); // librdkafka's own check
        }
    }

    private static PageContent Content(CommandContext context, MonitorServer server, MigrationDatabase? database) =>
        LagPage.Of(server.Watches, context.Environment.Clock)
            .And(DeadLetters(context))
            .And(database is null ? PageContent.Empty : MigrationPage.Of(database, context.SayAsync, context.Environment.Clock));

    /// <summary>They go back to where they came from, unless the brokers' own topics or the audit are named.</summary>
    private static PageContent DeadLetters(CommandContext context)
    {
        if (!context.Settings.Find(PageSettings.DeadLetterTopics, out var topics))
            return PageContent.Empty;
        var audit = context.Settings.Get(PageSettings.AuditTopic);
        return RunningPage.DeadLetters(context, topics, t => t != audit && !t.StartsWith("__", StringComparison.Ordinal), hasSafeTexts: false);
    }

    private static void Announce(CommandContext context, Uri address)
    {
        if (!context.Output.Json)
        {
            context.Output.WriteText($"{address}\n");
            return;
        }

        context.Output.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("address", address.ToString());
            json.WriteString("state", "running");
            json.WriteEndObject();
        });
    }
}
