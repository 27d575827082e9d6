using MedStreams.Streams;
using Microsoft.Extensions.Logging;

namespace MedStreams.Sinks.Migration;

/// <summary>Waits out a database that is away. Owned by one loop.</summary>
internal sealed class Patience(TimeProvider clock, ILogger logger, string what)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>Does something that can be done again until the database answers.</summary>
    public async Task<T> ReachAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken stop)
    {
        for (var pause = First; ; pause = pause * 2 < Longest ? pause * 2 : Longest)
        {
            try
            {
                return await work(stop);
            }
            catch (SinkUnavailableException e)
            {
                MigrationLog.DatabaseAway(logger, what, e.Message);
                await Task.Delay(pause, clock, stop);
            }
        }
    }
}
