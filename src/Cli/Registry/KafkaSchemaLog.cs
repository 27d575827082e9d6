using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Cli.Kafka;
using MedStreams.Serialization.Registry;
using Microsoft.Extensions.Logging;

namespace MedStreams.Cli.Registry;

/// <summary>
/// The compacted topic of a schema registry on any Kafka broker. A thread of its own reads it from the beginning to the end and
/// on; a record that was appended counts once that thread has handed it over, behind all before it.
/// </summary>
internal sealed partial class KafkaSchemaLog : ISchemaLog, IAsyncDisposable
{
    private readonly KafkaClients _clients;
    private readonly TopicPartition _partition;
    private readonly short _replicas;
    private readonly ILogger _logger;
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<(long Offset, TaskCompletionSource Reached)> _waiting = [];
    private long _position;
    private Exception? _broken;
    private Task _reading = Task.CompletedTask;

    public KafkaSchemaLog(KafkaClients clients, string topic, short replicas, ILogger logger)
    {
        _logger = logger;
        _clients = clients;
        _partition = new TopicPartition(topic, 0);
        _replicas = replicas;
        _producer = clients.CreateProducer(new ProducerConfig
        {
            EnableIdempotence = true,
            LingerMs = 0,
            MessageTimeoutMs = (int)Math.Max(1000, clients.Timeout.TotalMilliseconds),
        });
    }

    /// <inheritdoc/>
    public async Task StartAsync(Action<SchemaLogRecord> apply, CancellationToken cancellationToken)
    {
        await PrepareTopicAsync();
        var consumer = _clients.CreateConsumer(new ConsumerConfig
        {
            GroupId = "medstreams-schema-registry", // the client asks for one; it joins no group and commits nothing
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            AllowAutoCreateTopics = false,
            FetchWaitMaxMs = 50,
        });
        WatermarkOffsets ends;
        try
        {
            ends = consumer.QueryWatermarkOffsets(_partition, _clients.Timeout);
        }
        catch (KafkaException e)
        {
            consumer.Dispose();
            throw Failed($"The end of {_partition.Topic} cannot be had", e);
        }

        consumer.Assign(new TopicPartitionOffset(_partition, ends.Low));
        _reading = Task.Factory.StartNew(() => Read(consumer, apply), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await ReachedAsync(ends.High.Value, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task AppendAsync(SchemaLogRecord record, CancellationToken cancellationToken)
    {
        DeliveryResult<byte[]?, byte[]?> written;
        try
        {
            written = await _producer.ProduceAsync(
                _partition, new Message<byte[]?, byte[]?> { Key = record.Key.ToArray(), Value = record.Value?.ToArray() }, CancellationToken.None);
        }
        catch (ProduceException<byte[]?, byte[]?> e)
        {
            throw Failed($"The schema log {_partition.Topic} cannot be written", e);
        }

        await ReachedAsync(written.Offset.Value + 1, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _producer.Dispose();
        _stop.Dispose();
    }

    private static SchemaRegistryException Failed(string what, KafkaException cause) =>
        new($"{what}: {cause.Error.Reason} ({cause.Error.Code}).", cause);

    /// <summary>Makes the topic where it is missing, and refuses one that would lose schemas.</summary>
    private async Task PrepareTopicAsync()
    {
        using var admin = _clients.CreateAdmin();
        try
        {
            await admin.CreateTopicsAsync(
                [new TopicSpecification { Name = _partition.Topic, NumPartitions = 1, ReplicationFactor = _replicas, Configs = new() { ["cleanup.policy"] = "compact" } }],
                new CreateTopicsOptions { RequestTimeout = _clients.Timeout, OperationTimeout = _clients.Timeout });
        }
        catch (CreateTopicsException e) when (e.Results.All(result => result.Error.Code is ErrorCode.TopicAlreadyExists or ErrorCode.NoError))
        {
            await CheckTopicAsync(admin);
        }
        catch (KafkaException e)
        {
            throw Failed($"The topic {_partition.Topic} cannot be made", e);
        }
    }

    private async Task CheckTopicAsync(IAdminClient admin)
    {
        if (_clients.Topic(admin, _partition.Topic).Partitions.Count != 1)
            throw new SchemaRegistryException($"The topic {_partition.Topic} must have one partition.");
        try
        {
            var configs = await admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = _partition.Topic }]);
            if (configs[0].Entries.TryGetValue("cleanup.policy", out var policy) && policy.Value != "compact")
                throw new SchemaRegistryException($"The topic {_partition.Topic} has cleanup.policy={policy.Value}: it would lose schemas. Set it to compact.");
        }
        catch (KafkaException e)
        {
            throw Failed($"The settings of {_partition.Topic} cannot be had", e);
        }
    }

    private void Read(IConsumer<byte[]?, byte[]?> consumer, Action<SchemaLogRecord> apply)
    {
        try
        {
            while (true)
                ReadNext(consumer, apply);
        }
        catch (OperationCanceledException)
        {
            Break(new SchemaRegistryException("The schema registry stops."));
        }
        catch (KafkaException e)
        {
            Break(Failed($"The schema log {_partition.Topic} cannot be read on", e));
        }
        finally
        {
            consumer.Close();
            consumer.Dispose();
        }
    }

    /// <summary>Takes the next record; a fault that may pass is reported, and reading goes on.</summary>
    private void ReadNext(IConsumer<byte[]?, byte[]?> consumer, Action<SchemaLogRecord> apply)
    {
        try
        {
            var next = consumer.Consume(_stop.Token);
            if (!next.IsPartitionEOF && next.Message.Key is { } key)
                apply(new SchemaLogRecord(key, next.Message.Value is { } value ? value : default(ReadOnlyMemory<byte>?)));
            MoveTo(next.IsPartitionEOF ? next.Offset.Value : next.Offset.Value + 1);
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            ReadFailed(_logger, _partition.Topic, e.Error.Code);
        }
    }

    private void MoveTo(long position)
    {
        lock (_gate)
        {
            _position = Math.Max(_position, position);
            foreach (var (_, reached) in _waiting.FindAll(wait => wait.Offset <= _position))
                reached.TrySetResult();
            _waiting.RemoveAll(wait => wait.Offset <= _position);
        }
    }

    [LoggerMessage(2, LogLevel.Warning, "The schema log {Topic} could not be read ({Code}); it is tried again.")]
    private static partial void ReadFailed(ILogger logger, string topic, ErrorCode code);

    private void Break(SchemaRegistryException cause)
    {
        lock (_gate)
        {
            _broken = cause;
            _waiting.ForEach(wait => wait.Reached.TrySetException(cause));
            _waiting.Clear();
        }
    }

    /// <summary>Waits until all records before an offset are handed over.</summary>
    private async Task ReachedAsync(long offset, CancellationToken cancellationToken)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_position >= offset)
                return;
            if (_broken is not null)
                throw new SchemaRegistryException(_broken.Message, _broken);
            _waiting.Add((offset, reached));
        }

        try
        {
            await reached.Task.WaitAsync(_clients.Timeout + _clients.Timeout, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new SchemaRegistryException($"The schema log {_partition.Topic} was not read up to offset {offset} in time.", e);
        }
    }
}
