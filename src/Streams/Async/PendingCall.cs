using System.Diagnostics.CodeAnalysis;

namespace MedStreams.Streams.Async;

/// <summary>
/// One record on its way through an asynchronous node. The node's thread owns it, but for the run itself, which is on the pool: what that has left
/// behind is the thread's as soon as <see cref="TryEnd"/> has answered true.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "It has neither timer nor handle, and may still be cancelled after its end")]
internal sealed class PendingCall<TKeyIn, TValueIn, TKeyOut, TValueOut>(
    CallPool<TKeyIn, TValueIn, TKeyOut, TValueOut> pool, in Record<TKeyIn, TValueIn> record, RecordMetadata metadata)
    : IThreadPoolWorkItem
{
    private readonly Record<TKeyIn, TValueIn> _record = record;
    private readonly CancellationTokenSource _cancel = new();
    private int _hasEnded;

    public Record<TKeyIn, TValueIn> Record => _record;

    public RecordMetadata Metadata => metadata;

    /// <summary>What to forward, where <see cref="Error"/> is null.</summary>
    public IReadOnlyList<Record<TKeyOut, TValueOut>> Results { get; private set; } = [];

    /// <summary>Why the call has failed for good; null where it has not.</summary>
    public Exception? Error { get; private set; }

    /// <summary>How often it was tried so far.</summary>
    public int Attempts { get; private set; }

    /// <summary>When it began, as a timestamp of the clock.</summary>
    public long StartedAt { get; private set; }

    /// <summary>True once the outcome is known and the node has seen it.</summary>
    public bool IsDone { get; set; }

    /// <summary>The call of the same key behind this one.</summary>
    public PendingCall<TKeyIn, TValueIn, TKeyOut, TValueOut>? NextOfKey { get; set; }

    public bool HasEnded => Volatile.Read(ref _hasEnded) != 0;

    public void Start(long now)
    {
        StartedAt = now;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Execute() => _ = RunAsync();

    /// <summary>The call's time is up: whatever it still does counts no more. Answers false where it has ended just now.</summary>
    public bool TryGiveUp(Exception error)
    {
        if (!TryEnd())
            return false;
        Error = error;
        Cancel();
        return true;
    }

    /// <summary>Asks the call to end; its outcome counts no more.</summary>
    public void Cancel()
    {
        TryEnd();
        _ = _cancel.CancelAsync(); // callbacks of the user's may run: not on this thread
    }

    private bool TryEnd() => Interlocked.Exchange(ref _hasEnded, 1) == 0;

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a call throws is settled on the task's thread, by a handler")]
    private async Task RunAsync()
    {
        IReadOnlyList<Record<TKeyOut, TValueOut>> results = [];
        Exception? error = null;
        try
        {
            results = await pool.Pipeline.ExecuteAsync(static (call, token) => call.AttemptAsync(token), this, _cancel.Token)
                .ConfigureAwait(false);
        }
        catch (Exception e)
        {
            error = e;
        }

        if (!TryEnd())
            return;
        (Results, Error) = (results, error);
        pool.Ended(this);
    }

    private ValueTask<IReadOnlyList<Record<TKeyOut, TValueOut>>> AttemptAsync(CancellationToken token)
    {
        Attempts++;
        return pool.Call(_record, new AsyncCallContext(
            pool.Task, metadata.Topic is null ? null : metadata, Attempts, pool.Clock, token));
    }
}
