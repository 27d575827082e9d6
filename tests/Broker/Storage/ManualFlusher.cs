using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Storage;

/// <summary>Flushes when the test says so.</summary>
internal sealed class ManualFlusher(SimulatedDisk disk) : ILogFlusher
{
    private readonly List<IFlushable> _scheduled = [];

    /// <summary>Whether every append is flushed at once.</summary>
    public bool Immediately { get; set; }

    public void Schedule(IFlushable log)
    {
        _scheduled.Add(log);
        if (Immediately)
            Flush();
    }

    /// <summary>One round over everything that is scheduled.</summary>
    public void Flush()
    {
        foreach (var log in _scheduled.ToList())
        {
            var round = new FlushRound();
            var durableTo = log.BeginFlush(round);
            if (durableTo < 0)
                continue;
            IOException? failure = null;
            try
            {
                round.Sync(disk);
            }
            catch (IOException exception)
            {
                failure = exception;
            }

            log.EndFlush(durableTo, failure);
        }

        _scheduled.Clear();
    }

    public void Dispose()
    {
    }
}
