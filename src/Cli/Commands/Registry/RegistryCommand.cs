using System.CommandLine;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Kafka;
using MedStreams.Cli.Registry;

namespace MedStreams.Cli.Commands.Registry;

/// <summary><c>registry</c>: runs a schema registry on any broker until a signal stops it.</summary>
internal static class RegistryCommand
{
    private static readonly Endpoint Usual = new("127.0.0.1", 8081);

    public static Command Create(CliEnvironment environment) =>
        new Command("registry", "Runs a schema registry on a broker until SIGINT or SIGTERM; prints its address once it serves")
        {
            new SettingOption("--listen", RegistrySettings.Listen) { HelpName = "HOST:PORT", Description = $"{RegistrySettings.Listen.Description.Split(';')[0]} (default: {Usual})" },
        }.Runs(environment, RunAsync);

    private static async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        using var loggers = context.CreateLoggers();
        var clients = new KafkaClients(context);
        using (var admin = clients.CreateAdmin())
        {
            clients.AllTopics(admin);
        }

        var listen = context.Settings.Find(RegistrySettings.Listen, out var given) ? given : Usual;
        await using var registry = await RunningRegistry.StartAsync(context, clients, listen, "", loggers, stop);
        if (context.Output.Json)
            context.Output.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("registry", Shown(registry.Address));
                json.WriteEndObject();
            });
        else
            context.Output.WriteText(Shown(registry.Address) + "\n");
        await Task.Delay(Timeout.InfiniteTimeSpan, context.Environment.Clock, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
        return ExitCodes.Done;
    }

    /// <summary>An address as it stands in configurations.</summary>
    public static string Shown(Uri address) => address.ToString().TrimEnd('/');
}
