namespace MedStreams.Broker.Coordination;

/// <summary>
/// A coordinator cannot write its log, or the broker is stopping. Clients are told NOT_COORDINATOR, look for the
/// coordinator again and retry.
/// </summary>
internal sealed class CoordinatorFailedException() : Exception("The coordinator's log cannot be written.");
