namespace MedStreams.Streams.Kafka;

/// <summary>Makes the clients of an instance: the one seam between the engine and a Kafka client library.</summary>
internal interface IKafkaClients
{
    /// <summary>The group's consumer.</summary>
    /// <param name="clientId">The client's id.</param>
    /// <param name="groupInstanceId">Makes it a static member (KIP-345); null: a dynamic one.</param>
    /// <param name="tellsEndsSoon">Whether somebody waits for <see cref="IRecordReceiver.OnEnd"/>, so that it must not take long.</param>
    IStreamConsumer CreateConsumer(string clientId, string? groupInstanceId, bool tellsEndsSoon);

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
