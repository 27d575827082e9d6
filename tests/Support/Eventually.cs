using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace MedStreams.Support;

/// <summary>Waits for conditions instead of sleeping.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Returns as soon as the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not in time; the text is the condition's source.</exception>
    public static async Task Holds(
        Func<bool> condition,
        TimeSpan? within = null,
        [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        var since = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(since) > (within ?? Patience))
                throw new TimeoutException($"Not within {within ?? Patience}: {text}");
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }
    }

    /// <inheritdoc cref="Holds(Func{bool}, TimeSpan?, string)"/>
    public static async Task Holds(
        Func<Task<bool>> condition,
        TimeSpan? within = null,
        [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        var since = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(since) > (within ?? Patience))
                throw new TimeoutException($"Not within {within ?? Patience}: {text}");
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }
    }
}
