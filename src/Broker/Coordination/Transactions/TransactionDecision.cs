using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Coordination;

/// <summary>What a request to the transaction coordinator comes to.</summary>
/// <param name="Error">What the client is told, once <paramref name="Next"/> is durable.</param>
/// <param name="Next">
/// The state to take and to write, or null when nothing changes. When it is prepared, the markers follow as soon as it
/// is durable.
/// </param>
internal readonly record struct TransactionDecision(ErrorCode Error, TransactionState? Next)
{
    public static TransactionDecision Refuse(ErrorCode error) => new(error, null);

    public static TransactionDecision Accept(TransactionState next) => new(ErrorCode.None, next);
}
