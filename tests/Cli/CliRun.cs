using System.Text;
using MedStreams.Cli.Running;

namespace MedStreams.Cli.Tests;

/// <summary>Runs a verb in this process and keeps what it said.</summary>
internal sealed record CliRun(int ExitCode, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static Task<CliRun> RunAsync(params string[] args) => new CliRunner().RunAsync(args);
}

/// <summary>The surroundings of a run.</summary>
internal sealed class CliRunner
{
    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public byte[] Input { get; init; } = [];

    public bool Terminal { get; init; }

    public Func<string, string?>? AskSecret { get; init; }

    public string WorkingDirectory { get; init; } = AppContext.BaseDirectory;

    public IReadOnlyList<TopologyEntry> Topologies { get; init; } = TopologyCatalog.Product;

    public Task<CliRun> RunAsync(params string[] args) => RunAsync(args, TestContext.Current.CancellationToken);

    public async Task<CliRun> RunAsync(string[] args, CancellationToken stop)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var environment = new CliEnvironment
        {
            Input = new MemoryStream(Input),
            Output = output,
            Error = error,
            OutputIsTerminal = Terminal,
            AskSecret = AskSecret,
            Variables = Variables,
            WorkingDirectory = WorkingDirectory,
            Topologies = Topologies,
        };
        var exitCode = await CommandLine.RunAsync(args, environment, stop);
        return new CliRun(exitCode, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
