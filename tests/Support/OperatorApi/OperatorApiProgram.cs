using MedStreams.Local;

namespace MedStreams.Support.OperatorApi;

/// <summary>The operator's API as a process: a test program that is started with <see cref="Argument"/> is one.</summary>
internal static class OperatorApiProgram
{
    public const string Argument = "serve-operator-api";

    /// <summary>Serves until it is killed, or kills itself.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        await using var server = await OperatorApiServer.StartAsync(OperatorApiOptions.Of(arguments), static () => GuardedProcess.Send(Environment.ProcessId, Signal.Kill));
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
        return 0;
    }
}
