using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace MedStreams.Sinks.Operators;

/// <summary>
/// Brings cards up to date at one operator, as its declaration says: limited in rate and number, repeated with waits that the operator asks for, and left alone when it fails. What
/// was sent and not answered is never taken for done: the same key is sent again, or the operator is asked first. It shares nothing with other operators. Safe for
/// use by several threads.
/// </summary>
internal sealed class OperatorClient : IDisposable
{
    private readonly OperatorDeclaration _declared;
    private readonly TimeProvider _clock;
    private readonly OperatorMeter _meter;
    private readonly OperatorHttp _http;
    private readonly OperatorGuard _guard;
    private readonly SemaphoreSlim _slots;
    private readonly UnknownCalls _unknown;
    private readonly ResiliencePipeline<Exchange> _tries;
    private long _done;
    private long _refused;
    private long _putOff;

    /// <summary>Checks the declaration; connects to nothing yet.</summary>
    /// <exception cref="OperatorDeclarationException">It cannot be used.</exception>
    public OperatorClient(OperatorDeclaration declared, TimeProvider clock, ILogger logger, OperatorMeter meter)
    {
        (_declared, _clock, _meter) = (declared, clock, meter);
        _http = new OperatorHttp(OperatorShape.Create(declared), clock);
        _guard = new OperatorGuard(declared, clock, logger, meter);
        _slots = new SemaphoreSlim(declared.Limits.Concurrency);
        _unknown = new UnknownCalls(declared.LookUp?.Settle ?? TimeSpan.Zero, clock);
        _tries = Tries();
        meter.Watch(declared.Name, () => _guard.LeftAlone > TimeSpan.Zero);
    }

    /// <summary>How it does.</summary>
    public OperatorApiStatus Status => new(_declared.Name)
    {
        LeftAloneUntil = After(_guard.LeftAlone),
        ThrottledUntil = After(_guard.Throttled),
        InFlight = _declared.Limits.Concurrency - _slots.CurrentCount,
        Done = Volatile.Read(ref _done),
        Refused = Volatile.Read(ref _refused),
        PutOff = Volatile.Read(ref _putOff),
        LastFailure = _guard.LastFailure,
    };

    /// <summary>Makes a call, with repetitions as declared.</summary>
    /// <exception cref="OperationCanceledException">It was ended from outside; the operator may have done it.</exception>
    public async ValueTask<OperatorAnswer> CallAsync(OperatorCall call, CancellationToken cancellationToken)
    {
        var mayBeDone = false;
        OperatorAnswer answer;
        try
        {
            var exchange = await _tries.ExecuteAsync(
                async token =>
                {
                    var one = await TryAsync(call, token);
                    mayBeDone |= one.MayBeDone;
                    return one;
                },
                cancellationToken);
            answer = Answer(exchange) with { MayBeDone = mayBeDone };
        }
        catch (UnfitCardException e)
        {
            answer = new OperatorAnswer(OperatorOutcome.Refused) { Reason = e.Message };
        }

        Count(answer.Outcome);
        return answer;
    }

    public void Dispose()
    {
        _http.Dispose();
        _slots.Dispose();
    }

    private static OperatorAnswer Answer(Exchange exchange) => new(exchange.Kind switch
    {
        ExchangeKind.Done => OperatorOutcome.Done,
        ExchangeKind.AlreadyDone => OperatorOutcome.AlreadyDone,
        ExchangeKind.Refused => OperatorOutcome.Refused,
        ExchangeKind.Throttled => OperatorOutcome.Throttled,
        ExchangeKind.Shut => OperatorOutcome.BreakerOpen,
        _ => OperatorOutcome.Unavailable,
    })
    {
        Reason = exchange.Reason,
        RetryAfter = exchange.RetryAfter,
    };

    private async ValueTask<Exchange> TryAsync(OperatorCall call, CancellationToken cancellationToken)
    {
        if (_guard.LeftAlone is { Ticks: > 0 } alone)
            return new(ExchangeKind.Shut, "too many requests failed") { RetryAfter = alone };
        if (!await EnterAsync(cancellationToken))
            return new(ExchangeKind.Throttled, "enough calls are on their way") { RetryAfter = _declared.Limits.Backoff };
        try
        {
            var asked = _clock.GetTimestamp();
            if (_declared.LookUp is not null)
            {
                var found = await _guard.RunAsync(token => _http.LookUpAsync(call, token), changes: false, cancellationToken);
                if (found.Kind != ExchangeKind.Missing)
                    return Heard(call, found);
                if (_unknown.Left(call) is { Ticks: > 0 } left)
                    return new(ExchangeKind.Failed, "it may still be at an earlier call") { RetryAfter = left, MayBeDone = true, IsSettling = true };
            }

            return Heard(call, await _guard.RunAsync(token => SendAsync(call, asked, token), changes: true, cancellationToken));
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>
    /// Sends, unless the operator was asked too long ago: this process may have been stopped since, and another one have taken over. That one waits for the whole settling time.
    /// </summary>
    private ValueTask<Exchange> SendAsync(OperatorCall call, long asked, CancellationToken cancellationToken)
    {
        if (_declared.LookUp is { } lookUp)
        {
            if (lookUp.Settle > TimeSpan.Zero && _clock.GetElapsedTime(asked) > lookUp.Settle / 2)
                return ValueTask.FromResult(new Exchange(ExchangeKind.Stale, "it was asked too long ago"));
            _unknown.Sent(call.Key);
        }

        return _http.CallAsync(call, cancellationToken);
    }

    private Exchange Heard(OperatorCall call, Exchange exchange)
    {
        if (!exchange.MayBeDone && exchange.Kind is ExchangeKind.Done or ExchangeKind.AlreadyDone or ExchangeKind.Refused)
            _unknown.Heard(call.Key);
        return exchange;
    }

    private async ValueTask<bool> EnterAsync(CancellationToken cancellationToken)
    {
        if (_slots.Wait(0, CancellationToken.None))
            return true;
        using var time = new CancellationTokenSource(_declared.Limits.MaxWait, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        try
        {
            await _slots.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private ResiliencePipeline<Exchange> Tries()
    {
        var limits = _declared.Limits;
        var builder = new ResiliencePipelineBuilder<Exchange> { TimeProvider = _clock };
        if (limits.Attempts > 1)
        {
            builder.AddRetry(new RetryStrategyOptions<Exchange>
            {
                MaxRetryAttempts = limits.Attempts - 1,
                Delay = limits.Backoff,
                MaxDelay = limits.MaxWait > limits.Backoff ? limits.MaxWait : limits.Backoff,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                DelayGenerator = static arguments => ValueTask.FromResult(arguments.Outcome.Result.RetryAfter),
                ShouldHandle = arguments => ValueTask.FromResult(
                    arguments.Outcome is { Exception: null, Result: { IsWorthTrying: true } result } && (result.IsSettling || !(result.RetryAfter > limits.MaxWait))),
            });
        }

        return builder.Build();
    }

    private DateTimeOffset? After(TimeSpan span) => span > TimeSpan.Zero ? _clock.GetUtcNow() + span : null;

    private void Count(OperatorOutcome outcome)
    {
        _meter.Called(_declared.Name, outcome);
        Interlocked.Increment(ref outcome is OperatorOutcome.Done or OperatorOutcome.AlreadyDone ? ref _done : ref outcome == OperatorOutcome.Refused ? ref _refused : ref _putOff);
    }
}
