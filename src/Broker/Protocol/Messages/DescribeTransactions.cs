namespace MedStreams.Broker.Protocol;

/// <summary>Describes transactions by their transactional ids.</summary>
/// <remarks>
/// Flexible from the start.
/// </remarks>
internal sealed class DescribeTransactionsRequest : IRequest<DescribeTransactionsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DescribeTransactions;

    public List<string> TransactionalIds { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        TransactionalIds = w.Strings(TransactionalIds);
        w.End();
    }
}

/// <summary>The transactions.</summary>
internal sealed class DescribeTransactionsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DescribeTransactions;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<DescribedTransaction> TransactionStates { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        TransactionStates = w.Structs(TransactionStates);
        w.End();
    }

    /// <summary>A transaction.</summary>
    internal sealed class DescribedTransaction : IWireStruct
    {
        public ErrorCode ErrorCode { get; set; }

        /// <summary>The transactional id.</summary>
        public string TransactionalId { get; set; } = "";

        public string TransactionState { get; set; } = "";

        public int TransactionTimeoutMs { get; set; }

        public long TransactionStartTimeMs { get; set; }

        public long ProducerId { get; set; }

        public short ProducerEpoch { get; set; }

        public List<TopicData> Topics { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            ErrorCode = w.Error(ErrorCode);
            TransactionalId = w.String(TransactionalId);
            TransactionState = w.String(TransactionState);
            TransactionTimeoutMs = w.Int32(TransactionTimeoutMs);
            TransactionStartTimeMs = w.Int64(TransactionStartTimeMs);
            ProducerId = w.Int64(ProducerId);
            ProducerEpoch = w.Int16(ProducerEpoch);
            Topics = w.Structs(Topics);
            w.End();
        }
    }

    /// <summary>A topic with the partitions that the transaction added.</summary>
    internal sealed class TopicData : IWireStruct
    {
        public string Topic { get; set; } = "";

        public List<int> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Topic = w.String(Topic);
            Partitions = w.Int32s(Partitions);
            w.End();
        }
    }
}
