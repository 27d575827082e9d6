using System.Text;
using Confluent.Kafka;

namespace MedStreams.Cli.Demo;

/// <summary>
/// Produces records into <c>logs.raw</c> at a given pace, each exactly once: idempotent, and patient enough to outlast a
/// broker that is killed and started again.
/// </summary>
internal sealed class Replay(string bootstrapServers, string topic)
{
    /// <summary>The header that names a record's source.</summary>
    public const string SourceHeader = "medstreams.source";

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    private readonly Dictionary<string, Headers> _headers = new(StringComparer.Ordinal);
    private long _sent;
    private long _acknowledged;
    private Error? _failure;

    /// <summary>How many records were handed to the producer.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>How many records the broker has acknowledged.</summary>
    public long Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Sends all records and waits until the broker has acknowledged each.</summary>
    /// <param name="records">The records, in order; each key keeps its order.</param>
    /// <param name="perSecond">The pace in records a second.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="CliException">The broker refused a record.</exception>
    public async Task RunAsync(IEnumerable<DemoRecord> records, double perSecond, CancellationToken stop)
    {
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig
        {
            BootstrapServers = bootstrapServers,
            ClientId = "medstreams-demo",
            EnableIdempotence = true,
            LingerMs = 5,
            MessageTimeoutMs = 300_000,
            Partitioner = Partitioner.Murmur2Random,
            ReconnectBackoffMs = 20,
            ReconnectBackoffMaxMs = 250,
            RetryBackoffMs = 20,
            QueueBufferingMaxMessages = 200_000,
        }).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();

        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        foreach (var record in records)
        {
            while (Sent >= System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds * perSecond)
                await Task.Delay(Tick, stop);
            await SendAsync(producer, record, stop);
        }

        while (Acknowledged < Sent)
        {
            ThrowIfFailed();
            producer.Flush(TimeSpan.FromMilliseconds(100));
            stop.ThrowIfCancellationRequested();
        }
    }

    private async Task SendAsync(IProducer<string, byte[]> producer, DemoRecord record, CancellationToken stop)
    {
        var message = new Message<string, byte[]>
        {
            Key = record.Key,
            Value = record.Value,
            Timestamp = new Timestamp(record.Timestamp, TimestampType.CreateTime),
            Headers = HeadersFor(record.Source),
        };
        while (true)
        {
            ThrowIfFailed();
            try
            {
                producer.Produce(topic, message, OnDelivery);
                Volatile.Write(ref _sent, _sent + 1);
                return;
            }
            catch (ProduceException<string, byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                await Task.Delay(Tick, stop); // the broker is away: its return empties the queue
            }
        }
    }

    private Headers HeadersFor(string source)
    {
        if (!_headers.TryGetValue(source, out var headers))
            _headers.Add(source, headers = new Headers { { SourceHeader, Encoding.UTF8.GetBytes(source) } });
        return headers;
    }

    private void OnDelivery(DeliveryReport<string, byte[]> report)
    {
        if (report.Error.IsError)
            _failure = report.Error;
        else
            Interlocked.Increment(ref _acknowledged);
    }

    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
            throw CliException.Failed($"a record was not delivered to {topic}: {failure.Code}");
    }
}
