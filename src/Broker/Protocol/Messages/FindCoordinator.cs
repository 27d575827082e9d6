namespace MedStreams.Broker.Protocol;

/// <summary>Asks which broker coordinates a group or a transactional id.</summary>
/// <remarks>
/// By version. 1: the kind of key, and an error text. 3: flexible. 4: several keys at once, in other fields. 5:
/// TRANSACTION_ABORTABLE may be answered. 6: share groups.
/// </remarks>
internal sealed class FindCoordinatorRequest : IRequest<FindCoordinatorResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.FindCoordinator;

    public string Key { get; set; } = "";

    /// <summary>0: a group; 1: a transactional id.</summary>
    public sbyte KeyType { get; set; }

    public List<string> CoordinatorKeys { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version <= 3)
            Key = w.String(Key);
        if (w.Version >= 1)
            KeyType = w.Int8(KeyType);
        if (w.Version >= 4)
            CoordinatorKeys = w.Strings(CoordinatorKeys);
        w.End();
    }
}

/// <summary>The coordinators.</summary>
internal sealed class FindCoordinatorResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.FindCoordinator;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public ErrorCode ErrorCode { get; set; }

    public string? ErrorMessage { get; set; } = "";

    public int NodeId { get; set; }

    public string Host { get; set; } = "";

    public int Port { get; set; }

    public List<Coordinator> Coordinators { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 1)
            ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        if (w.Version <= 3)
            ErrorCode = w.Error(ErrorCode);
        if (w.Version is >= 1 and <= 3)
            ErrorMessage = w.NullableString(ErrorMessage);
        if (w.Version <= 3)
        {
            NodeId = w.Int32(NodeId);
            Host = w.String(Host);
            Port = w.Int32(Port);
        }

        if (w.Version >= 4)
            Coordinators = w.Structs(Coordinators);
        w.End();
    }

    /// <summary>The coordinator of one key, since version 4.</summary>
    internal sealed class Coordinator : IWireStruct
    {
        public string Key { get; set; } = "";

        public int NodeId { get; set; }

        public string Host { get; set; } = "";

        public int Port { get; set; }

        public ErrorCode ErrorCode { get; set; }

        public string? ErrorMessage { get; set; } = "";

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Key = w.String(Key);
            NodeId = w.Int32(NodeId);
            Host = w.String(Host);
            Port = w.Int32(Port);
            ErrorCode = w.Error(ErrorCode);
            ErrorMessage = w.NullableString(ErrorMessage);
            w.End();
        }
    }
}
