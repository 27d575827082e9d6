using Polly;

namespace MedStreams.Streams;

/// <summary>How an asynchronous node makes its calls. Immutable; checked when the node is added to a topology.</summary>
public sealed record AsyncOptions
{
    /// <summary>The defaults.</summary>
    public static AsyncOptions Default { get; } = new();

    /// <summary>
    /// How many calls of one task run at a time, 1 and more; default 100. A task that has so many takes no more records: its buffers fill, and its
    /// partitions are paused.
    /// </summary>
    public int MaxConcurrency { get; init; } = 100;

    /// <summary>Which order holds; default <see cref="AsyncOrder.Key"/>.</summary>
    public AsyncOrder Order { get; init; } = AsyncOrder.Key;

    /// <summary>
    /// How long a call may take with all its attempts and the waits between them, 1 ms to 1 h; default 10 s. After that its cancellation token is
    /// cancelled and it has failed, whether it heeds the token or not. Three times the sum over the asynchronous nodes of a sub-topology must fit into
    /// <c>max.poll.interval.ms</c> and, with exactly once, into <c>transaction.timeout.ms</c> less <c>commit.interval.ms</c>.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long one attempt may take, 10 ms to <see cref="Timeout"/>; default null: no limit of its own. The attempt's cancellation
    /// token is cancelled then, and it has failed once it ends.
    /// </summary>
    public TimeSpan? AttemptTimeout { get; init; }

    /// <summary>Which failures are tried again, and when; default three attempts.</summary>
    public AsyncRetry Retry { get; init; } = AsyncRetry.Default;

    /// <summary>
    /// Adds strategies of Polly's around the attempts, in place of <see cref="AttemptTimeout"/> and <see cref="Retry"/>: circuit breaker, rate
    /// limiter, hedging, or a pipeline made elsewhere (<c>b =&gt; b.AddPipeline(mine)</c>). Called for each task; the builder has the engine's
    /// clock. Default null.
    /// </summary>
    public Action<ResiliencePipelineBuilder>? Resilience { get; init; }

    /// <summary>
    /// What becomes of a record whose call has failed for good, decided on the task's thread; <see cref="ErrorContext.Error"/> is what the last
    /// attempt threw, or an <see cref="AsyncCallTimeoutException"/>. Default null: the application's <see cref="StreamsConfig.OnProcessingError"/>.
    /// </summary>
    public ErrorHandler? OnExhausted { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="TopologyException">Names the option and what is allowed.</exception>
    internal void Validate(string node)
    {
        if (MaxConcurrency < 1)
            throw Wrong(nameof(MaxConcurrency), "1 and more");
        if (Timeout < TimeSpan.FromMilliseconds(1) || Timeout > TimeSpan.FromHours(1))
            throw Wrong(nameof(Timeout), "1 ms to 1 h");
        if (AttemptTimeout is { } attempt && (attempt < TimeSpan.FromMilliseconds(10) || attempt > Timeout))
            throw Wrong(nameof(AttemptTimeout), $"10 ms to {nameof(Timeout)}, or null");
        if (Retry.MaxAttempts < 1)
            throw Wrong($"{nameof(Retry)}.{nameof(AsyncRetry.MaxAttempts)}", "1 (no retry) and more");
        if (Retry.Delay < TimeSpan.Zero || Retry.Delay > Timeout)
            throw Wrong($"{nameof(Retry)}.{nameof(AsyncRetry.Delay)}", $"0 to {nameof(Timeout)}");
        if (Retry.MaxDelay < Retry.Delay)
            throw Wrong($"{nameof(Retry)}.{nameof(AsyncRetry.MaxDelay)}", "at least its Delay");

        TopologyException Wrong(string option, string allowed) => new($"{option} of the asynchronous node {node} must be {allowed}.");
    }
}
