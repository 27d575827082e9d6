using Confluent.Kafka;

namespace MedStreams.Chaos.Tests.Work;

/// <summary>Sends the input at a steady pace, each record once and each partition in order, whatever happens to the broker.</summary>
internal sealed class Feeder : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private readonly IProducer<string, string> _producer;
    private readonly Input _input;
    private readonly Model _model;
    private int _step;
    private long _acknowledged;
    private long _sent;
    private volatile Error? _failure;

    public Feeder(string bootstrapServers, Input input, Model model)
    {
        (_input, _model) = (input, model);
        _producer = new ProducerBuilder<string, string>(new ProducerConfig
        {
            BootstrapServers = bootstrapServers,
            EnableIdempotence = true,
            LingerMs = 5,
            MessageTimeoutMs = 300_000,
            ReconnectBackoffMs = 20,
            ReconnectBackoffMaxMs = 250,
            RetryBackoffMs = 20,
        }).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
    }

    public int Steps => Volatile.Read(ref _step);

    /// <summary>Sends until it is told to stop; what was sent is then in the broker.</summary>
    public async Task RunAsync(double perSecond, Func<bool> ending, CancellationToken stop)
    {
        var (first, began) = (_step, TimeProvider.System.GetTimestamp());
        while (!ending())
        {
            stop.ThrowIfCancellationRequested();
            while (_step - first < TimeProvider.System.GetElapsedTime(began).TotalSeconds * perSecond)
                SendStep();
            await Task.Delay(Tick, stop);
        }

        await FlushAsync(stop);
    }

    public async Task SendStepsAsync(int steps, CancellationToken stop)
    {
        for (var i = 0; i < steps; i++)
            SendStep();
        await FlushAsync(stop);
    }

    /// <summary>Sends what makes the join tell the asks without an answer.</summary>
    public async Task EndAsync(CancellationToken stop)
    {
        foreach (var record in _input.TheEnd())
            Send(record);
        await FlushAsync(stop);
    }

    public void Dispose() => _producer.Dispose();

    private void SendStep()
    {
        foreach (var record in _input.At(_step))
        {
            Send(record);
            _model.Add(record);
        }

        Volatile.Write(ref _step, _step + 1);
    }

    private async Task FlushAsync(CancellationToken stop)
    {
        while (Volatile.Read(ref _acknowledged) < _sent)
        {
            stop.ThrowIfCancellationRequested();
            if (_failure is { } failure)
                throw new InvalidOperationException($"The input was not sent: {failure}");
            await Task.Delay(Tick, stop);
        }
    }

    private void Send(in InputRecord record)
    {
        _producer.Produce(
            new TopicPartition(record.Topic, record.Partition),
            new Message<string, string> { Key = record.Key, Value = record.Value, Timestamp = new Timestamp(record.Time, TimestampType.CreateTime) },
            report =>
            {
                if (report.Error.IsError)
                    _failure ??= report.Error;
                else
                    Interlocked.Increment(ref _acknowledged);
            });
        _sent++;
    }
}
