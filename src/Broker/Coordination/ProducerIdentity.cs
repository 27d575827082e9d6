namespace MedStreams.Broker.Coordination;

/// <summary>A producer id and the epoch that tells its incarnations apart.</summary>
internal readonly record struct ProducerIdentity(long Id, short Epoch);
