using System.CommandLine;
using System.CommandLine.Parsing;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Terminal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace MedStreams.Cli.Commands;

/// <summary>What a verb works with: its arguments, its settings, where data and words go.</summary>
internal sealed class CommandContext
{
    private readonly Lazy<EffectiveSettings> _settings;

    public CommandContext(CliEnvironment environment, ParseResult parse)
    {
        Environment = environment;
        Parse = parse;
        Output = new CliOutput(environment, parse.GetValue(GlobalOptions.Json));
        _settings = new(LoadSettings);
    }

    public CliEnvironment Environment { get; }

    public ParseResult Parse { get; }

    public CliOutput Output { get; }

    /// <summary>The settings, read and checked at the first use.</summary>
    /// <exception cref="CliException">Something in them is wrong.</exception>
    public EffectiveSettings Settings => _settings.Value;

    public bool Verbose => Parse.GetValue(GlobalOptions.Verbose);

    /// <summary>A path that the user gave, from the working directory.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, Environment.WorkingDirectory);

    /// <summary>A line on standard error.</summary>
    public void Say(string line) => Environment.Error.WriteLine(line);

    /// <summary>Loggers that write to standard error.</summary>
    public ILoggerFactory CreateLoggers() => LoggerFactory.Create(builder => builder
        .SetMinimumLevel(Verbose ? LogLevel.Debug : LogLevel.Information)
        .AddSimpleConsole(format =>
        {
            format.SingleLine = true;
            format.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            format.UseUtcTimestamp = true;
            format.ColorBehavior = LoggerColorBehavior.Disabled;
        })
        .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace));

    private EffectiveSettings LoadSettings()
    {
        var directory = Parse.GetValue(GlobalOptions.SettingsDirectory);
        if (directory is { Exists: false })
            throw CliException.Usage($"--settings: there is no folder {directory}");
        return SettingsLoader.Load(Environment, directory?.FullName ?? Environment.WorkingDirectory, [.. Arguments()]);
    }

    private IEnumerable<(string Key, string Value, string Option)> Arguments()
    {
        foreach (var pair in Parse.GetValue(GlobalOptions.Set) ?? [])
        {
            if (pair.IndexOf('=', StringComparison.Ordinal) is var at and > 0)
                yield return (WithoutSection(pair[..at]), pair[(at + 1)..], "--set");
            else
                throw CliException.Usage($"--set {pair}: allowed is KEY=VALUE, for example Kafka:BootstrapServers=kafka1:9092");
        }

        for (SymbolResult? at = Parse.CommandResult; at is not null; at = at.Parent)
        {
            foreach (var option in (at as CommandResult)?.Command.Options.OfType<SettingOption>() ?? [])
            {
                if (Parse.GetResult(option) is { Implicit: false } && Parse.GetValue(option) is { } value)
                    yield return (option.Setting.Key, value, option.Name);
            }
        }
    }

    private static string WithoutSection(string key) =>
        key.StartsWith(SettingsCatalog.Section + ":", StringComparison.OrdinalIgnoreCase)
            ? key[(SettingsCatalog.Section.Length + 1)..]
            : key;
}
