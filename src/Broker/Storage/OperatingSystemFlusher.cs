namespace MedStreams.Broker.Storage;

/// <summary>
/// What was written counts as durable. Nothing is synced, unless a topic's <c>flush.messages</c> or <c>flush.ms</c> asks for
/// it. See <see cref="FlushPolicy.OperatingSystem"/>.
/// </summary>
internal sealed class OperatingSystemFlusher(IFileSystem files) : ILogFlusher
{
    /// <inheritdoc/>
    public void Schedule(IFlushable log)
    {
        var round = log.IsSyncDue ? new FlushRound() : null;
        var durableTo = log.BeginFlush(round);
        if (durableTo < 0)
            return;
        IOException? failure = null;
        try
        {
            round?.Sync(files);
        }
        catch (IOException exception)
        {
            failure = exception;
        }

        log.EndFlush(durableTo, failure);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
