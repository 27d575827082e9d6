namespace MedStreams.Broker.Storage;

/// <summary>Syncs nothing: what was written counts as durable. See <see cref="FlushPolicy.OperatingSystem"/>.</summary>
internal sealed class OperatingSystemFlusher : ILogFlusher
{
    /// <inheritdoc/>
    public void Schedule(IFlushable log)
    {
        var durableTo = log.BeginFlush(new FlushRound());
        if (durableTo >= 0)
            log.EndFlush(durableTo, failure: null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
