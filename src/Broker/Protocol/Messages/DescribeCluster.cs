namespace MedStreams.Broker.Protocol;

/// <summary>Describes the cluster and its brokers.</summary>
/// <remarks>
/// Flexible from the start. 1: brokers or controllers.
/// </remarks>
internal sealed class DescribeClusterRequest : IRequest<DescribeClusterResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DescribeCluster;

    public bool IncludeClusterAuthorizedOperations { get; set; }

    public sbyte EndpointType { get; set; } = 1;

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        IncludeClusterAuthorizedOperations = w.Bool(IncludeClusterAuthorizedOperations);
        if (w.Version >= 1)
            EndpointType = w.Int8(EndpointType);
        w.End();
    }
}

/// <summary>The cluster.</summary>
internal sealed class DescribeClusterResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DescribeCluster;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public ErrorCode ErrorCode { get; set; }

    public string? ErrorMessage { get; set; }

    public sbyte EndpointType { get; set; } = 1;

    public string ClusterId { get; set; } = "";

    public int ControllerId { get; set; } = -1;

    public List<DescribeClusterBroker> Brokers { get; set; } = [];

    /// <summary>A bit for each operation that the client may do; the smallest number if it did not ask.</summary>
    public int ClusterAuthorizedOperations { get; set; } = int.MinValue;

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        ErrorCode = w.Error(ErrorCode);
        ErrorMessage = w.NullableString(ErrorMessage);
        if (w.Version >= 1)
            EndpointType = w.Int8(EndpointType);
        ClusterId = w.String(ClusterId);
        ControllerId = w.Int32(ControllerId);
        Brokers = w.Structs(Brokers);
        ClusterAuthorizedOperations = w.Int32(ClusterAuthorizedOperations);
        w.End();
    }

    /// <summary>A broker.</summary>
    internal sealed class DescribeClusterBroker : IWireStruct
    {
        public int BrokerId { get; set; }

        public string Host { get; set; } = "";

        public int Port { get; set; }

        public string? Rack { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            BrokerId = w.Int32(BrokerId);
            Host = w.String(Host);
            Port = w.Int32(Port);
            Rack = w.NullableString(Rack);
            w.End();
        }
    }
}
