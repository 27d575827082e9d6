using MedStreams.Streams;

namespace MedStreams.Sinks.Operators;

/// <summary>What is wrong with a declaration.</summary>
/// <param name="Key">The key, below the operator's own, with colons.</param>
/// <param name="Problem">What is wrong and what to do, to follow the key in a sentence. Holds no value of a setting.</param>
public sealed record OperatorFault(string Key, string Problem);

/// <summary>A declaration cannot be used. The text names each key, and what to do.</summary>
public sealed class OperatorDeclarationException : StreamsException
{
    /// <summary>An error without a text.</summary>
    public OperatorDeclarationException()
    {
    }

    /// <summary>An error with a text.</summary>
    public OperatorDeclarationException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public OperatorDeclarationException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal OperatorDeclarationException(string name, IReadOnlyList<OperatorFault> faults)
        : base($"The operator {name} is declared wrongly: {string.Join("; ", faults.Select(f => $"{f.Key} {f.Problem}"))}.") => (Operator, Faults) = (name, faults);

    /// <summary>Whose declaration it is.</summary>
    public string Operator { get; } = "";

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<OperatorFault> Faults { get; } = [];
}
