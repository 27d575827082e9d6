namespace MedStreams.Cli;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        ThreadPoolOfVerb.Set(args);
        using var signals = new StopSignals();
        var exitCode = await CommandLine.RunAsync(args, CliEnvironment.OfProcess(), signals.Token);
        return signals.ExitCode(exitCode);
    }
}
