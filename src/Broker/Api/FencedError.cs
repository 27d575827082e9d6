using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Api;

/// <summary>PRODUCER_FENCED came late (KIP-588); older clients know only INVALID_PRODUCER_EPOCH for it.</summary>
internal static class FencedError
{
    /// <summary>The error as the client knows it.</summary>
    public static ErrorCode For(ErrorCode error, bool knownToClient) =>
        error is ErrorCode.ProducerFenced && !knownToClient ? ErrorCode.InvalidProducerEpoch : error;
}
