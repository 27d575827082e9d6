using System.Diagnostics;

namespace MedStreams.Local;

/// <summary>Waits for something outside this process to become true.</summary>
internal static class Waiting
{
    /// <summary>Asks every few milliseconds until the answer is yes or the time is over.</summary>
    /// <returns>The last answer.</returns>
    public static async Task<bool> UntilAsync(
        Func<ValueTask<bool>> condition, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var start = Stopwatch.GetTimestamp();
        var pause = TimeSpan.FromMilliseconds(2);
        while (true)
        {
            if (await condition())
                return true;
            if (Stopwatch.GetElapsedTime(start) > timeout)
                return false;
            await Task.Delay(pause, cancellationToken);
            pause = TimeSpan.FromMilliseconds(Math.Min(50, pause.TotalMilliseconds * 2));
        }
    }

    /// <summary>The same for a condition that needs no waiting itself.</summary>
    public static Task<bool> UntilAsync(
        Func<bool> condition, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        UntilAsync(() => ValueTask.FromResult(condition()), timeout, cancellationToken);
}
