namespace MedStreams.Streams.Kafka;

/// <summary>Makes the clients of an instance: the one seam between the engine and a Kafka client library.</summary>
internal interface IKafkaClients
{
    /// <summary>The group's consumer; a static member where an instance id is given (KIP-345).</summary>
    IStreamConsumer CreateConsumer(string clientId, string? groupInstanceId);

    IRestoreConsumer CreateRestoreConsumer(string clientId);

    /// <summary>Reads the topics of global stores.</summary>
    IRestoreConsumer CreateGlobalConsumer(string clientId);

    /// <summary>A producer; transactional where an id is given.</summary>
    /// <param name="clientId">The client's id.</param>
    /// <param name="transactionalId">The transactional id, or null.</param>
    /// <param name="deliveryTimeout">For few urgent records: they go at once, and are given up after that time.</param>
    IStreamProducer CreateProducer(string clientId, string? transactionalId, TimeSpan? deliveryTimeout = null);

    IStreamAdmin CreateAdmin(string clientId);
}
