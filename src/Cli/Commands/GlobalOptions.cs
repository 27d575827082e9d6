using System.CommandLine;
using MedStreams.Cli.Configuration;

namespace MedStreams.Cli.Commands;

/// <summary>Options that every verb takes.</summary>
internal static class GlobalOptions
{
    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Data as JSON (streams: one object a line), never styled",
        Recursive = true,
    };

    public static Option<bool> Verbose { get; } = new("--verbose", "-v")
    {
        Description = "More on standard error: debug logs, stack traces",
        Recursive = true,
    };

    public static Option<DirectoryInfo> SettingsDirectory { get; } = new("--settings")
    {
        Description = "Folder with appsettings.json and appsettings.{Environment}.json (default: the current one)",
        HelpName = "DIR",
        Recursive = true,
    };

    public static Option<string[]> Set { get; } = new("--set")
    {
        Description = "Sets any setting, for example --set Kafka:BootstrapServers=kafka1:9092; may be repeated",
        HelpName = "KEY=VALUE",
        Recursive = true,
        Arity = ArgumentArity.OneOrMore,
    };

    public static SettingOption BootstrapServers { get; } = new("--bootstrap-servers", KafkaSettings.BootstrapServers, "-b")
    {
        HelpName = "HOST:PORT,...",
        Recursive = true,
    };
}
