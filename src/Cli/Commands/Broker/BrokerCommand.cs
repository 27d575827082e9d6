using System.CommandLine;
using MedStreams.Broker;
using MedStreams.Cli.Configuration;

namespace MedStreams.Cli.Commands.Broker;

/// <summary><c>broker</c>: runs the embedded broker until a signal stops it.</summary>
internal static class BrokerCommand
{
    public static Command Create(CliEnvironment environment) =>
        new Command("broker", "Runs the embedded broker until SIGINT or SIGTERM; prints its address once it serves")
        {
            new SettingOption("--data", BrokerSettings.DataDirectory) { HelpName = "DIR", Recursive = true },
            new SettingOption("--listen", BrokerSettings.Listen) { HelpName = "HOST:PORT" },
            new SettingOption("--advertise", BrokerSettings.Advertise) { HelpName = "HOST:PORT" },
            new SettingOption("--listeners", BrokerSecuritySettings.Listeners) { HelpName = "NAME://HOST:PORT,..." },
            new SettingOption("--advertised-listeners", BrokerSecuritySettings.AdvertisedListeners) { HelpName = "NAME://HOST:PORT,..." },
            new SettingOption("--partitions", BrokerSettings.DefaultPartitions) { HelpName = "N" },
            BrokerUsersCommand.Create(environment),
        }.Runs(environment, RunAsync);

    private static async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        using var loggers = context.CreateLoggers();
        await using var broker = Make(context, loggers);
        try
        {
            await broker.StartAsync(stop);
        }
        catch (BrokerException e)
        {
            throw CliException.Failed(e.Message, e);
        }

        Announce(context, broker);
        await Task.Delay(Timeout.InfiniteTimeSpan, context.Environment.Clock, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
        await broker.StopAsync(CancellationToken.None);
        return ExitCodes.Done;
    }

    private static EmbeddedBroker Make(CommandContext context, Microsoft.Extensions.Logging.ILoggerFactory loggers)
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

    /// <summary>One address, or a line for each listener.</summary>
    private static void Announce(CommandContext context, EmbeddedBroker broker)
    {
        var listeners = broker.Listeners;
        if (!context.Output.Json)
        {
            context.Output.WriteText(listeners is [var one]
                ? one.BootstrapServers + "\n"
                : string.Concat(listeners.Select(listener => $"{listener.Name}://{listener.BootstrapServers}\n")));
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
            json.WriteEndObject();
        });
    }
}
