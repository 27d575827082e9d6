using System.CommandLine;
using MedStreams.Broker;
using MedStreams.Cli.Commands.Registry;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Kafka;
using MedStreams.Cli.Registry;
using Microsoft.Extensions.Logging;

namespace MedStreams.Cli.Commands.Broker;

/// <summary><c>broker</c>: runs the embedded broker until a signal stops it.</summary>
internal static class BrokerCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var check = new Option<string?>("--check")
        {
            Description = "Runs no broker but verifies the data directory DIR, which none may use, and says what the next start would do",
            HelpName = "DIR",
        };
        return new Command("broker", "Runs the embedded broker until SIGINT or SIGTERM; prints its address once it serves")
        {
            new SettingOption("--data", BrokerSettings.DataDirectory) { HelpName = "DIR", Recursive = true },
            new SettingOption("--listen", BrokerSettings.Listen) { HelpName = "HOST:PORT" },
            new SettingOption("--advertise", BrokerSettings.Advertise) { HelpName = "HOST:PORT" },
            new SettingOption("--listeners", BrokerSecuritySettings.Listeners) { HelpName = "NAME://HOST:PORT,..." },
            new SettingOption("--advertised-listeners", BrokerSecuritySettings.AdvertisedListeners) { HelpName = "NAME://HOST:PORT,..." },
            new SettingOption("--registry", RegistrySettings.Listen) { HelpName = "HOST:PORT" },
            new SettingOption("--partitions", BrokerSettings.DefaultPartitions) { HelpName = "N" },
            check,
            BrokerUsersCommand.Create(environment),
        }.Runs(environment, (context, stop) => context.Parse.GetValue(check) is { } directory
            ? Task.FromResult(BrokerCheck.Run(context, directory, stop))
            : RunAsync(context, stop));
    }

    private static async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        using var loggers = context.CreateLoggers();
        await using var metrics = await MetricsSettings.ServeAsync(context.Settings, loggers);
        using var telemetry = TelemetrySettings.Export(context.Settings, "broker");
        await using var broker = Make(context, loggers);
        try
        {
            await broker.StartAsync(stop);
        }
        catch (BrokerException e)
        {
            throw CliException.Failed(e.Message, e);
        }

        await using var registry = await StartRegistryAsync(context, broker, loggers, stop);
        Announce(context, broker, registry);
        await Task.Delay(Timeout.InfiniteTimeSpan, context.Environment.Clock, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
        await broker.StopAsync(CancellationToken.None);
        return ExitCodes.Done;
    }

    /// <summary>The schema registry, where one is asked for; it is a client of the broker's first listener.</summary>
    private static async Task<RunningRegistry?> StartRegistryAsync(CommandContext context, EmbeddedBroker broker, ILoggerFactory loggers, CancellationToken stop) =>
        context.Settings.Find(RegistrySettings.Listen, out var listen)
            ? await RunningRegistry.StartAsync(context, new KafkaClients(context, broker.BootstrapServers), listen, broker.ClusterId, loggers, stop)
            : null;

    private static EmbeddedBroker Make(CommandContext context, ILoggerFactory loggers)
    {
        try
        {
            return new EmbeddedBroker(
                BrokerSettings.ToOptions(context.Settings, context.Environment.WorkingDirectory), loggers, context.Environment.Clock);
        }
        catch (BrokerException e)
        {
            throw CliException.Usage(e.Message);
        }
    }

    /// <summary>One address, or a line for each listener; then that of the registry.</summary>
    private static void Announce(CommandContext context, EmbeddedBroker broker, RunningRegistry? registry)
    {
        var listeners = broker.Listeners;
        if (!context.Output.Json)
        {
            context.Output.WriteText(listeners is [var one]
                ? one.BootstrapServers + "\n"
                : string.Concat(listeners.Select(listener => $"{listener.Name}://{listener.BootstrapServers}\n")));
            if (registry is not null)
                context.Output.WriteText(RegistryCommand.Shown(registry.Address) + "\n");
            return;
        }

        context.Output.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("bootstrapServers", broker.BootstrapServers);
            json.WriteString("clusterId", broker.ClusterId);
            json.WriteStartArray("listeners");
            foreach (var listener in listeners)
            {
                json.WriteStartObject();
                json.WriteString("name", listener.Name);
                json.WriteString("protocol", listener.Protocol.KafkaName());
                json.WriteString("bootstrapServers", listener.BootstrapServers);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (registry is not null)
                json.WriteString("registry", RegistryCommand.Shown(registry.Address));
            json.WriteEndObject();
        });
    }
}
