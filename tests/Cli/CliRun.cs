using System.Text;

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

    public string WorkingDirectory { get; init; } = AppContext.BaseDirectory;

    public async Task<CliRun> RunAsync(params string[] args)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var environment = new CliEnvironment
        {
            Input = new MemoryStream(Input),
            Output = output,
            Error = error,
            OutputIsTerminal = Terminal,
            Variables = Variables,
            WorkingDirectory = WorkingDirectory,
        };
        var exitCode = await CommandLine.RunAsync(args, environment, TestContext.Current.CancellationToken);
        return new CliRun(exitCode, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
