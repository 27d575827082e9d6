using MedStreams.Broker.Storage;
using MedStreams.Broker.Tests.Storage;

namespace MedStreams.Broker.Tests.Coordination;

/// <summary>Syncs at once, as often as it is allowed to; then nothing is durable any more, and whoever waits, waits.</summary>
internal sealed class StallingFlusher(SimulatedDisk disk) : ILogFlusher
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = int.MaxValue;

    /// <summary>Done as soon as something waits that will never be durable.</summary>
    public Task Stalled => _stalled.Task;

    /// <summary>From now on only so many syncs succeed.</summary>
    public void StallAfter(int syncs)
    {
        lock (_gate)
        {
            _left = syncs;
        }
    }

    public void Schedule(IFlushable log)
    {
        lock (_gate)
        {
            if (_left == 0)
            {
                _stalled.TrySetResult();
                return;
            }

            _left--;
        }

        var round = new FlushRound();
        var to = log.BeginFlush(round);
        if (to >= 0)
        {
            round.Sync(disk);
            log.EndFlush(to, null);
        }
    }

    public void Dispose()
    {
    }
}
