namespace MedStreams.Broker.Protocol;

/// <summary>Lists transactions, by state, producer or age.</summary>
/// <remarks>
/// Flexible from the start. 1: filter by age.
/// </remarks>
internal sealed class ListTransactionsRequest : IRequest<ListTransactionsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.ListTransactions;

    public List<string> StateFilters { get; set; } = [];

    public List<long> ProducerIdFilters { get; set; } = [];

    public long DurationFilter { get; set; } = -1;

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        StateFilters = w.Strings(StateFilters);
        ProducerIdFilters = w.Int64s(ProducerIdFilters);
        if (w.Version >= 1)
            DurationFilter = w.Int64(DurationFilter);
        w.End();
    }
}

/// <summary>The transactions.</summary>
internal sealed class ListTransactionsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.ListTransactions;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public ErrorCode ErrorCode { get; set; }

    public List<string> UnknownStateFilters { get; set; } = [];

    public List<ListedTransaction> TransactionStates { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        ErrorCode = w.Error(ErrorCode);
        UnknownStateFilters = w.Strings(UnknownStateFilters);
        TransactionStates = w.Structs(TransactionStates);
        w.End();
    }

    /// <summary>A transaction.</summary>
    internal sealed class ListedTransaction : IWireStruct
    {
        /// <summary>The transactional id.</summary>
        public string TransactionalId { get; set; } = "";

        public long ProducerId { get; set; }

        public string TransactionState { get; set; } = "";

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            TransactionalId = w.String(TransactionalId);
            ProducerId = w.Int64(ProducerId);
            TransactionState = w.String(TransactionState);
            w.End();
        }
    }
}
