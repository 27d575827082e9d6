using System.Collections.Concurrent;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Coordination;

/// <summary>
/// All transactional ids of the broker. A decision is durable before its markers are written, and all markers are durable
/// before it is complete; what a crash leaves prepared is completed at the next start. Safe for concurrent use.
/// </summary>
internal sealed class TransactionCoordinator : IDisposable
{
    private readonly CoordinatorTopic _topic;
    private readonly MarkerWriter _markers;
    private readonly Func<long> _newProducerId;
    private readonly TransactionLimits _limits;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, TransactionEntry> _entries = new(StringComparer.Ordinal);
    private ITimer? _abortTimer;
    private ITimer? _expiryTimer;

    public TransactionCoordinator(
        CoordinatorTopic topic,
        MarkerWriter markers,
        Func<long> newProducerId,
        TransactionLimits limits,
        TimeProvider clock,
        ILogger logger)
    {
        _topic = topic;
        _markers = markers;
        _newProducerId = newProducerId;
        _limits = limits;
        _clock = clock;
        _logger = logger;
    }

    /// <summary>How many transactional ids there are.</summary>
    public int Count => _entries.Count;

    /// <summary>All states as of now.</summary>
    public IEnumerable<TransactionState> States => _entries.Values.Select(e => e.State);

    private long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// Reads the ids back, after the groups, before the first request; completes what is prepared, and switches on the search
    /// for overdue transactions.
    /// </summary>
    public async ValueTask LoadAsync()
    {
        var loader = new TransactionLoader();
        _topic.Replay(loader);
        foreach (var state in loader.States)
        {
            _entries[state.TransactionalId] = NewEntry(state);
        }

        foreach (var entry in _entries.Values.Where(e => e.State.Status.IsPrepared()))
        {
            await CompleteAsync(entry, entry.State);
        }

        var aborts = TimeSpan.FromMilliseconds(_limits.AbortCheckMs);
        _abortTimer = _clock.CreateTimer(static c => ((TransactionCoordinator)c!).OnAbortTimer(), this, aborts, aborts);
        var expiry = TimeSpan.FromMilliseconds(_limits.IdExpirationCheckMs);
        _expiryTimer = _clock.CreateTimer(static c => ((TransactionCoordinator)c!).OnExpiryTimer(), this, expiry, expiry);
    }

    /// <summary>Makes the topic, if it is not there, before a client is told that the coordinator is here.</summary>
    public void EnsureTopic() => _ = _topic.Partitions;

    /// <summary>InitProducerId of a transactional id.</summary>
    /// <returns>The error, or the producer id and epoch that the client has from now on.</returns>
    public async ValueTask<(ErrorCode Error, ProducerIdentity Producer)> InitAsync(
        string transactionalId, int timeoutMs, ProducerIdentity? expected)
    {
        if (transactionalId.Length == 0)
        {
            return (ErrorCode.InvalidRequest, default);
        }

        if (timeoutMs <= 0 || timeoutMs > _limits.MaxTimeoutMs)
        {
            return (ErrorCode.InvalidTransactionTimeout, default);
        }

        try
        {
            while (true)
            {
                var entry = _entries.GetOrAdd(transactionalId, id => NewEntry(
                    TransactionState.New(id, _newProducerId(), timeoutMs, Now)));
                var decision = await entry.StepAsync(
                    state => TransactionMachine.Init(state, expected, timeoutMs, _newProducerId, Now));
                if (decision is { Error: ErrorCode.TransactionalIdNotFound })
                {
                    continue;
                }

                if (decision.Next is { } next && next.Status.IsPrepared() && await CompleteAsync(entry, next))
                {
                    // The transaction that stood in the way is over: no need for the client to ask again.
                    continue;
                }

                return (decision.Error, decision.Next?.Producer ?? default);
            }
        }
        catch (CoordinatorFailedException)
        {
            return (ErrorCode.NotCoordinator, default);
        }
        catch (IOException exception)
        {
            // No producer id could be taken.
            CoordinationLogs.BackgroundFailed(_logger, exception);
            return (ErrorCode.CoordinatorNotAvailable, default);
        }
    }

    /// <summary>AddPartitionsToTxn, and AddOffsetsToTxn with the partition that holds the group.</summary>
    public ValueTask<ErrorCode> AddPartitionsAsync(
        string transactionalId, ProducerIdentity producer, IReadOnlyCollection<TopicPartition> partitions) => StepAsync(
            transactionalId, state => TransactionMachine.AddPartitions(state, producer, partitions, Now));

    /// <summary>EndTxn. The answer comes when the transaction is complete, so that the next one finds nothing in its way.</summary>
    public ValueTask<ErrorCode> EndAsync(string transactionalId, ProducerIdentity producer, bool commit) => StepAsync(
        transactionalId, state => TransactionMachine.End(state, producer, commit, Now));

    /// <summary>
    /// Whether a producer may write to a partition as part of its transaction now (KIP-890). Takes no lock and never waits.
    /// </summary>
    public ErrorCode Verify(string? transactionalId, ProducerIdentity producer, TopicPartition partition) => !_limits.VerifiesPartitions()
        ? ErrorCode.None
        : TransactionMachine.Verify(
            transactionalId is not null && _entries.TryGetValue(transactionalId, out var entry) ? entry.Verifiable : null,
            producer,
            partition);

    /// <summary>The state of an id, or null.</summary>
    public TransactionState? Find(string transactionalId) =>
        _entries.TryGetValue(transactionalId, out var entry)
        && entry.State is { Status: not TransactionStatus.Dead } state ? state : null;

    /// <summary>
    /// Completes transactions whose end could not be written when it was decided, and aborts those that have lasted longer than
    /// they may.
    /// </summary>
    public async ValueTask AbortOverdueAsync()
    {
        foreach (var entry in _entries.Values)
        {
            if (entry.State is var state && state.Status.IsPrepared())
            {
                await CompleteAsync(entry, state);
                continue;
            }

            if (!entry.State.IsOverdue(Now))
            {
                continue;
            }

            try
            {
                var decision = await entry.StepAsync(
                    state => new TransactionDecision(ErrorCode.None, TransactionMachine.TimeOut(state, Now)));
                if (decision.Next is { } aborted)
                {
                    CoordinationLogs.TransactionTimedOut(_logger, aborted.TransactionalId, aborted.Producer.Id);
                    await CompleteAsync(entry, aborted);
                }
            }
            catch (CoordinatorFailedException)
            {
                // The refusal was logged; other ids may live in other partitions.
            }
        }
    }

    /// <summary>Forgets ids that have not been used for long.</summary>
    public async ValueTask ExpireIdsAsync()
    {
        var expired = 0;
        foreach (var (id, entry) in _entries)
        {
            try
            {
                var decision = await entry.StepAsync(state => new TransactionDecision(
                    ErrorCode.None, TransactionMachine.Expire(state, Now, _limits.IdExpirationMs)));
                if (decision.Next is not null)
                {
                    _entries.TryRemove(KeyValuePair.Create(id, entry));
                    expired++;
                }
            }
            catch (CoordinatorFailedException)
            {
                // The refusal was logged; other ids may live in other partitions.
            }
        }

        if (expired > 0)
        {
            CoordinationLogs.TransactionalIdsExpired(_logger, expired);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _abortTimer?.Dispose();
        _expiryTimer?.Dispose();
    }

    private void OnAbortTimer() => _ = BackgroundWork.RunAsync(AbortOverdueAsync, _logger);

    private void OnExpiryTimer() => _ = BackgroundWork.RunAsync(ExpireIdsAsync, _logger);

    private async ValueTask<ErrorCode> StepAsync(
        string transactionalId, Func<TransactionState?, TransactionDecision> decide)
    {
        if (transactionalId.Length == 0)
        {
            return ErrorCode.InvalidRequest;
        }

        if (!_entries.TryGetValue(transactionalId, out var entry))
        {
            return decide(null).Error;
        }

        try
        {
            var decision = await entry.StepAsync(decide);
            if (decision is { Error: ErrorCode.TransactionalIdNotFound })
            {
                return decide(null).Error;
            }

            if (decision.Next is { } next && next.Status.IsPrepared())
            {
                await CompleteAsync(entry, next);
            }

            return decision.Error;
        }
        catch (CoordinatorFailedException)
        {
            return ErrorCode.NotCoordinator;
        }
    }

    /// <summary>
    /// Writes the markers of a prepared transaction, then that it is complete. When a log cannot be written the decision
    /// stands, and it is tried again with the next search for overdue transactions.
    /// </summary>
    private async ValueTask<bool> CompleteAsync(TransactionEntry entry, TransactionState prepared)
    {
        if (!entry.TryBeginCompletion(prepared))
        {
            return false;
        }

        try
        {
            await _markers.WriteAsync(prepared);
            entry.Advance(state => TransactionMachine.Complete(state, Now));
            return true;
        }
        catch (CoordinatorFailedException)
        {
            CoordinationLogs.CompletionFailed(_logger, prepared.TransactionalId);
            return false;
        }
        finally
        {
            entry.EndCompletion();
        }
    }

    private TransactionEntry NewEntry(TransactionState state) =>
        new(state, _topic.LogOf(state.TransactionalId), _clock, _logger);
}
