using Confluent.Kafka;

namespace MedStreams.Cli.Commands.Produce;

/// <summary>Hands records to a producer, waits when its queue is full, and counts what became of them.</summary>
internal sealed class Delivery(IProducer<byte[]?, byte[]?> producer, TopicPartition target)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private long _written;
    private long _failed;
    private Error? _firstError;

    /// <summary>Records that the broker has acknowledged.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Records that were refused or timed out.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Why the first of them failed.</summary>
    public Error? FirstError => Volatile.Read(ref _firstError);

    public void Send(Message<byte[]?, byte[]?> message)
    {
        while (true)
        {
            try
            {
                producer.Produce(target, message, Delivered);
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(Step);
            }
        }
    }

    /// <summary>Waits until every record has its answer; each has a time-out of its own.</summary>
    public void Finish()
    {
        while (producer.Flush(Step) > 0)
        {
            // Flush answers with what is still open; a record that cannot be delivered ends by its own time-out.
        }
    }

    private void Delivered(DeliveryReport<byte[]?, byte[]?> report)
    {
        if (report.Error.IsError)
        {
            Interlocked.CompareExchange(ref _firstError, report.Error, null);
            Interlocked.Increment(ref _failed);
        }
        else
        {
            Interlocked.Increment(ref _written);
        }
    }
}
