using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace MedStreams.Streams.Async;

/// <summary>What Polly does around the attempts of a call.</summary>
internal static class CallPipeline
{
    /// <summary>The strategies that the options ask for.</summary>
    /// <param name="options">The node's options.</param>
    /// <param name="clock">The engine's clock, for time-outs.</param>
    /// <param name="waits">The clock for waits between attempts; the engine's but in the test driver, which passes waits over.</param>
    public static ResiliencePipeline Of(AsyncOptions options, TimeProvider clock, TimeProvider waits)
    {
        if (options.Resilience is { } configure)
        {
            var users = new ResiliencePipelineBuilder { TimeProvider = clock };
            configure(users);
            return users.Build();
        }

        var outer = new ResiliencePipelineBuilder { TimeProvider = waits };
        if (options.Retry.MaxAttempts > 1)
            outer.AddRetry(Retries(options.Retry));
        if (options.AttemptTimeout is { } limit)
        {
            outer.AddPipeline(new ResiliencePipelineBuilder { TimeProvider = clock }
                .AddTimeout(new TimeoutStrategyOptions { Timeout = limit })
                .Build());
        }

        return outer.Build();
    }

    private static RetryStrategyOptions Retries(AsyncRetry retry) => new()
    {
        MaxRetryAttempts = retry.MaxAttempts - 1,
        Delay = retry.Delay,
        MaxDelay = retry.MaxDelay,
        BackoffType = retry.BackOff,
        UseJitter = retry.Jitter,
        // Once the call's own token is cancelled, Polly tries nothing again whatever is answered here.
        ShouldHandle = arguments => ValueTask.FromResult(
            arguments.Outcome.Exception is { } error && (retry.Handles?.Invoke(error) ?? true)),
    };
}
