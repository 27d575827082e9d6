using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace MedStreams.Monitoring.Page;

/// <summary>
/// The audit as a topic: JSON under the user's name as key, acknowledged by all replicas. The topic is made at the first entry where it is not there, with
/// one partition, so that entries are in their order, and without an end of retention. Safe for use by several threads.
/// </summary>
public sealed class TopicAudit : IPageAudit, IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly string _topic;
    private readonly TimeSpan _timeout;
    private readonly Func<IAdminClient> _connectAdmin;
    private readonly Lazy<IProducer<byte[]?, byte[]?>> _producer;
    private readonly SemaphoreSlim _making = new(1);
    private bool _isMade;

    /// <summary>The audit in a topic; connects at the first entry.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="timeout">How long brokers may take.</param>
    /// <param name="connect">Makes a producer with these settings.</param>
    /// <param name="connectAdmin">Makes a client that makes the topic.</param>
    public TopicAudit(
        string topic, TimeSpan timeout, Func<ProducerConfig, IProducer<byte[]?, byte[]?>> connect, Func<IAdminClient> connectAdmin)
    {
        (_topic, _timeout, _connectAdmin) = (topic, timeout, connectAdmin);
        _producer = new(() => connect(new ProducerConfig
        {
            Acks = Acks.All,
            EnableIdempotence = true,
            LingerMs = 0,
            MessageTimeoutMs = (int)timeout.TotalMilliseconds,
        }));
    }

    /// <inheritdoc/>
    public async Task WriteAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            await MakeAsync(cancellationToken);
            await _producer.Value.ProduceAsync(
                _topic,
                new Message<byte[]?, byte[]?> { Key = System.Text.Encoding.UTF8.GetBytes(entry.Who), Value = JsonSerializer.SerializeToUtf8Bytes(entry, Json) },
                cancellationToken);
        }
        catch (KafkaException e)
        {
            throw new PageAuditException($"An entry of the audit could not be written to {_topic}: {e.Error.Code}.", e);
        }
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        if (_producer.IsValueCreated)
            _producer.Value.Dispose();
        _making.Dispose();
    }

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        await _making.WaitAsync(cancellationToken);
        try
        {
            if (_isMade)
                return;
            using var admin = _connectAdmin();
            await admin.CreateTopicsAsync(
                [
                    new TopicSpecification
                    {
                        Name = _topic,
                        NumPartitions = 1,
                        ReplicationFactor = -1,
                        Configs = new Dictionary<string, string> { ["cleanup.policy"] = "delete", ["retention.ms"] = "-1", ["retention.bytes"] = "-1" },
                    },
                ],
                new CreateTopicsOptions { RequestTimeout = _timeout, OperationTimeout = _timeout });
            _isMade = true;
        }
        catch (CreateTopicsException e) when (e.Results.All(r => r.Error.Code is ErrorCode.NoError or ErrorCode.TopicAlreadyExists))
        {
            _isMade = true;
        }
        finally
        {
            _making.Release();
        }
    }
}
