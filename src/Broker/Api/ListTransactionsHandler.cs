using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Api;

/// <summary>
/// Key 66, ListTransactions, versions 0 and 1 (KIP-664, KIP-994): 1 brings a filter by how long a transaction has lasted.
/// States that there are not are named in the answer and match nothing. Shows the ids that the client may describe.
/// </summary>
/// <remarks>No deviations.</remarks>
internal sealed class ListTransactionsHandler(TransactionCoordinator transactions, TimeProvider clock)
    : ApiHandler<ListTransactionsRequest, ListTransactionsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<ListTransactionsResponse?> HandleAsync(
        ListTransactionsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var response = new ListTransactionsResponse
        {
            UnknownStateFilters = [.. request.StateFilters.Where(s => !IsState(s)).Distinct(StringComparer.Ordinal)],
        };
        foreach (var state in transactions.States)
        {
            if (state.Status is not TransactionStatus.Dead
                && (request.StateFilters.Count == 0 || request.StateFilters.Contains(state.Status.ToString()))
                && (request.ProducerIdFilters.Count == 0 || request.ProducerIdFilters.Contains(state.Producer.Id))
                && (request.DurationFilter < 0 || now - state.StartedUtcMs > request.DurationFilter)
                && context.Access.AllowsQuietly(AclOperation.Describe, AclResourceType.TransactionalId, state.TransactionalId))
            {
                response.TransactionStates.Add(new ListTransactionsResponse.ListedTransaction
                {
                    TransactionalId = state.TransactionalId,
                    ProducerId = state.Producer.Id,
                    TransactionState = state.Status.ToString(),
                });
            }
        }

        return new(response);
    }

    private static bool IsState(string name) =>
        Array.IndexOf(Enum.GetNames<TransactionStatus>(), name) >= 0;
}
