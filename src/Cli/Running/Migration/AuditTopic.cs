using Confluent.Kafka;
using MedStreams.Dicom.Pacs.Auditing;

namespace MedStreams.Cli.Running.Migration;

/// <summary>An audit trail in a topic: a message for each event, by the study's UID, acknowledged by all replicas before it counts. Safe for several threads.</summary>
/// <param name="kafka">How to reach the brokers, by librdkafka's names.</param>
/// <param name="topic">The topic. It names patients: only who may read the trail should be allowed to read it.</param>
internal sealed class AuditTopic(IReadOnlyDictionary<string, string> kafka, string topic) : IAuditTrail, IDisposable
{
    private readonly IProducer<string, string> _producer =
        new ProducerBuilder<string, string>(new ProducerConfig(kafka.ToDictionary(StringComparer.Ordinal)) { Acks = Acks.All, EnableIdempotence = true })
            .SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();

    public async ValueTask WriteAsync(StudyAudit audit, CancellationToken cancellationToken)
    {
        try
        {
            await _producer.ProduceAsync(topic, new Message<string, string> { Key = audit.StudyInstanceUid, Value = AuditMessage.ToXml(audit) }, cancellationToken);
        }
        catch (KafkaException e)
        {
            throw new IOException($"The topic {topic} did not take an audit message: {e.Error.Code}.", e);
        }
    }

    public void Dispose() => _producer.Dispose();
}
