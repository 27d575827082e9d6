namespace MedStreams.Topologies.Increments;

/// <summary>The declared routing table is not usable. The text names each rule that is wrong, and the cure.</summary>
public sealed class RoutingTableException : Exception
{
    /// <summary>An error without a text.</summary>
    public RoutingTableException()
    {
    }

    /// <summary>An error with a text.</summary>
    public RoutingTableException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public RoutingTableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>All that is wrong.</summary>
    public RoutingTableException(IReadOnlyList<string> problems)
        : base(string.Join(Environment.NewLine, problems)) => Problems = problems;

    /// <summary>What is wrong, one sentence each, in the order of the rules.</summary>
    public IReadOnlyList<string> Problems { get; } = [];
}
