using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace MedStreams.Sinks.Operators;

/// <summary>
/// All operators that are declared. Each has its own connections, rate limit, number of calls at a time, time-outs and circuit breaker, so that one that fails does not slow the
/// others. Safe for use by several threads.
/// </summary>
public sealed class OperatorApis : IDisposable
{
    private readonly OperatorMeter _meter = new();
    private readonly ImmutableSortedDictionary<string, OperatorClient> _clients;

    /// <summary>Checks all declarations; connects to nothing yet.</summary>
    /// <param name="declared">The operators; no two of a name.</param>
    /// <param name="loggers">Where it is told how operators do.</param>
    /// <param name="clock">The clock of limits, waits and time-outs; null: the system's.</param>
    /// <exception cref="OperatorDeclarationException">A declaration cannot be used; names keys and what to do.</exception>
    public OperatorApis(IEnumerable<OperatorDeclaration> declared, ILoggerFactory loggers, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(loggers);
        var logger = loggers.CreateLogger<OperatorApis>();
        var clients = ImmutableSortedDictionary.CreateBuilder<string, OperatorClient>(StringComparer.Ordinal);
        try
        {
            foreach (var one in declared)
                clients.Add(one.Name, new OperatorClient(one, clock ?? TimeProvider.System, logger, _meter));
        }
        catch
        {
            foreach (var client in clients.Values)
                client.Dispose();
            _meter.Dispose();
            throw;
        }

        _clients = clients.ToImmutable();
    }

    /// <summary>Their names.</summary>
    public IEnumerable<string> Names => _clients.Keys;

    /// <summary>How they do.</summary>
    public IReadOnlyList<OperatorApiStatus> Status => [.. _clients.Values.Select(c => c.Status)];

    /// <summary>Brings a card up to date at an operator, with repetitions as declared.</summary>
    /// <param name="name">The operator; one that is not declared refuses.</param>
    /// <param name="call">The card.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was ended from outside; the operator may have done it.</exception>
    public ValueTask<OperatorAnswer> CallAsync(string name, OperatorCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        return _clients.TryGetValue(name, out var client)
            ? client.CallAsync(call, cancellationToken)
            : ValueTask.FromResult(new OperatorAnswer(OperatorOutcome.Refused) { Reason = "no operator of this name is declared" });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
        _meter.Dispose();
    }
}
