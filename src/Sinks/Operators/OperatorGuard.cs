using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace MedStreams.Sinks.Operators;

/// <summary>What stands between one request and the operator: rate limit, circuit breaker, time-out. Safe for use by several threads.</summary>
internal sealed class OperatorGuard
{
    private static readonly TimeSpan TrialWait = TimeSpan.FromSeconds(1); // while one request tries whether the operator is back
    private readonly OperatorDeclaration _declared;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly OperatorMeter _meter;
    private readonly TokenBucket _turns;
    private readonly ResiliencePipeline _timeout;
    private readonly ResiliencePipeline<Exchange> _breaker;
    private long _openUntil;

    public OperatorGuard(OperatorDeclaration declared, TimeProvider clock, ILogger logger, OperatorMeter meter)
    {
        (_declared, _clock, _logger, _meter) = (declared, clock, logger, meter);
        _turns = new TokenBucket(declared.Limits.RatePerSecond, declared.Limits.Burst, clock);
        _timeout = new ResiliencePipelineBuilder { TimeProvider = clock }.AddTimeout(declared.Limits.Timeout).Build();
        _breaker = new ResiliencePipelineBuilder<Exchange> { TimeProvider = clock }.AddCircuitBreaker(new CircuitBreakerStrategyOptions<Exchange>
        {
            FailureRatio = declared.Breaker.FailureRatio,
            MinimumThroughput = declared.Breaker.MinimumRequests,
            SamplingDuration = declared.Breaker.Over,
            BreakDuration = declared.Breaker.Pause,
            ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Result.Kind == ExchangeKind.Failed),
            OnOpened = Opened,
            OnClosed = Closed,
        }).Build();
    }

    /// <summary>Why the last request failed; null where none did.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>How long the operator says that it takes nothing.</summary>
    public TimeSpan Throttled => _turns.Closed;

    /// <summary>How long the operator is left alone; zero where it is called.</summary>
    public TimeSpan LeftAlone => TimeSpan.FromTicks(Math.Max(0, Volatile.Read(ref _openUntil) - _clock.GetUtcNow().Ticks));

    /// <summary>Makes a request when it is its turn.</summary>
    /// <param name="send">Makes it.</param>
    /// <param name="changes">Whether the operator changes something by it, so that without an answer nobody knows.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async ValueTask<Exchange> RunAsync(Func<CancellationToken, ValueTask<Exchange>> send, bool changes, CancellationToken cancellationToken)
    {
        if (LeftAlone is { Ticks: > 0 } alone)
            return Shut(alone);
        if (!_turns.TryTake(_declared.Limits.MaxWait, out var wait))
            return new(ExchangeKind.Throttled, "it takes no more for now") { RetryAfter = wait };
        for (; wait > TimeSpan.Zero; wait = _turns.Closed)
        {
            if (wait > _declared.Limits.MaxWait)
                return new(ExchangeKind.Throttled, "it takes no more for now") { RetryAfter = wait };
            await Task.Delay(wait, _clock, cancellationToken);
        }

        try
        {
            var exchange = await _breaker.ExecuteAsync(token => TimedAsync(send, changes, token), cancellationToken);
            Note(exchange);
            return exchange;
        }
        catch (BrokenCircuitException e)
        {
            return Shut(e.RetryAfter is { Ticks: > 0 } left ? left : TrialWait);
        }
    }

    private static Exchange Shut(TimeSpan left) => new(ExchangeKind.Shut, "too many requests failed") { RetryAfter = left };

    private async ValueTask<Exchange> TimedAsync(Func<CancellationToken, ValueTask<Exchange>> send, bool changes, CancellationToken cancellationToken)
    {
        var since = _clock.GetTimestamp();
        try
        {
            return await _timeout.ExecuteAsync(send, cancellationToken);
        }
        catch (TimeoutRejectedException)
        {
            return new(ExchangeKind.Failed, $"it does not answer within {_declared.Limits.Timeout}") { MayBeDone = changes };
        }
        finally
        {
            _meter.Requested(_declared.Name, _clock.GetElapsedTime(since));
        }
    }

    /// <summary>Who is asked to wait lets all wait: the limit is the operator's, not the card's.</summary>
    private void Note(Exchange exchange)
    {
        if (!exchange.IsWorthTrying)
            return;
        if (exchange.Kind == ExchangeKind.Throttled || exchange.RetryAfter is not null)
        {
            var pause = exchange.RetryAfter ?? _declared.Limits.Backoff;
            if (_turns.Closed == TimeSpan.Zero)
                OperatorLog.Throttled(_logger, _declared.Name, pause);
            _turns.Close(pause);
        }

        if (exchange.Kind == ExchangeKind.Failed)
        {
            LastFailure = exchange.Reason;
            OperatorLog.Failed(_logger, _declared.Name, exchange.Reason);
        }
    }

    private ValueTask Opened(OnCircuitOpenedArguments<Exchange> arguments)
    {
        LastFailure = arguments.Outcome.Result.Reason;
        Volatile.Write(ref _openUntil, (_clock.GetUtcNow() + arguments.BreakDuration).Ticks);
        OperatorLog.LeftAlone(_logger, _declared.Name, arguments.BreakDuration, LastFailure);
        return ValueTask.CompletedTask;
    }

    private ValueTask Closed(OnCircuitClosedArguments<Exchange> arguments)
    {
        Volatile.Write(ref _openUntil, 0);
        OperatorLog.CalledAgain(_logger, _declared.Name);
        return ValueTask.CompletedTask;
    }
}
