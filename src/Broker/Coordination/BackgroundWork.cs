using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Coordination;

/// <summary>Runs work that nobody waits for, such as a timer's; a failure is reported, not lost.</summary>
internal static class BackgroundWork
{
    /// <summary>Runs <paramref name="work"/>; the task never fails.</summary>
    public static async Task RunAsync(Func<ValueTask> work, ILogger logger)
    {
        try
        {
            await work();
        }
        catch (Exception exception)
        {
            CoordinationLogs.BackgroundFailed(logger, exception);
        }
    }
}
