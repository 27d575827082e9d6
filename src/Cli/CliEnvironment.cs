using System.Collections;
using MedStreams.Cli.Running;

namespace MedStreams.Cli;

/// <summary>What surrounds a run of the command line; tests pass their own.</summary>
internal sealed record CliEnvironment
{
    /// <summary>Data in.</summary>
    public required Stream Input { get; init; }

    /// <summary>Data out, and nothing else.</summary>
    public required Stream Output { get; init; }

    /// <summary>Progress, logs and errors.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether a person reads the output, so that it may be laid out and coloured.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Asks a person for a password, without showing it; null where nobody could answer.</summary>
    public Func<string, string?>? AskSecret { get; init; }

    /// <summary>Environment variables.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>Where relative paths begin.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The topologies that can be run.</summary>
    public IReadOnlyList<TopologyEntry> Topologies { get; init; } = TopologyCatalog.Product;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The process's own surroundings.</summary>
    public static CliEnvironment OfProcess() => new()
    {
        Input = Console.OpenStandardInput(),
        Output = Terminal.StandardOutput.Open(),
        Error = Console.Error,
        OutputIsTerminal = !Console.IsOutputRedirected,
        AskSecret = Console.IsInputRedirected ? null : Terminal.SecretPrompt.Ask,
        Variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal),
        WorkingDirectory = Environment.CurrentDirectory,
    };
}
