using System.Threading.Channels;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace MedStreams.Sources.Mllp;

/// <summary>
/// Writes records in transactions that all who wait share: those that come while one is being committed go into the next. A
/// record is written exactly once or its task fails. Records are written in the order in which they came.
/// </summary>
internal sealed class TransactionalWriter : IAsyncDisposable
{
    private static readonly TimeSpan CommitPatience = TimeSpan.FromSeconds(10);

    private readonly IProducer<byte[], byte[]> _producer;
    private readonly int _maxBatch;
    private readonly ILogger _logger;
    private readonly Channel<Entry> _waiting;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writing;

    private TransactionalWriter(IProducer<byte[], byte[]> producer, int maxBatch, ILogger logger)
    {
        _producer = producer;
        _maxBatch = maxBatch;
        _logger = logger;
        _waiting = Channel.CreateBounded<Entry>(new BoundedChannelOptions(10 * maxBatch) { SingleReader = true });
        _writing = Task.Factory.StartNew(
            Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Ends when nothing can be written any more; its exception says why.</summary>
    public Task Completion => _writing;

    /// <summary>
    /// Starts: ends what a writer of the same id has left open, so that afterwards a reader of committed records sees all it
    /// will ever have written.
    /// </summary>
    /// <exception cref="KafkaException">No broker answers, or it refuses.</exception>
    public static TransactionalWriter Start(MllpSourceOptions options, ILogger logger)
    {
        var config = new ProducerConfig(new Dictionary<string, string>(options.Kafka, StringComparer.Ordinal))
        {
            TransactionalId = $"mllp-source-{options.InstanceId}",
            Acks = Acks.All,
            LingerMs = 0,
        };
        var producer = new ProducerBuilder<byte[], byte[]>(config)
            .SetLogHandler((_, message) => MllpLog.Client(logger, message.Level, message.Message))
            .SetErrorHandler((_, error) => MllpLog.Client(logger, SyslogLevel.Warning, error.Reason))
            .Build();
        try
        {
            producer.InitTransactions(options.StartTimeout);
            return new(producer, options.MaxBatch, logger);
        }
        catch
        {
            producer.Dispose();
            throw;
        }
    }

    /// <summary>Writes a record; the task ends when it is committed.</summary>
    public async Task WriteAsync(string topic, Message<byte[], byte[]> record, CancellationToken cancellation)
    {
        var entry = new Entry(topic, record, new(TaskCreationOptions.RunContinuationsAsynchronously));
        await _waiting.Writer.WriteAsync(entry, cancellation).ConfigureAwait(false);
        await entry.Done.Task.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private void Run()
    {
        var batch = new List<Entry>(_maxBatch);
        try
        {
            while (_waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                batch.Clear();
                while (batch.Count < _maxBatch && _waiting.Reader.TryRead(out var entry))
                    batch.Add(entry);
                Commit(batch);
                foreach (var entry in batch)
                    entry.Done.SetResult();
            }
        }
        catch (Exception e)
        {
            _waiting.Writer.TryComplete(e);
            foreach (var entry in batch)
                entry.Done.TrySetException(e);
            while (_waiting.Reader.TryRead(out var entry))
                entry.Done.TrySetException(e);
            throw;
        }
        finally
        {
            _producer.Dispose();
        }
    }

    /// <summary>Writes a batch in one transaction, again and again until it is committed or cannot be.</summary>
    private void Commit(List<Entry> batch)
    {
        while (true)
        {
            try
            {
                _producer.BeginTransaction();
                foreach (var entry in batch)
                    _producer.Produce(entry.Topic, entry.Record);
                CommitOnce();
                return;
            }
            catch (KafkaTxnRequiresAbortException e)
            {
                MllpLog.Aborted(_logger, batch.Count, e.Error.Code);
                Patiently(_producer.AbortTransaction);
                _stop.Token.ThrowIfCancellationRequested();
            }
        }
    }

    private void CommitOnce() => Patiently(_producer.CommitTransaction);

    /// <summary>Repeats what may be repeated; a transaction that is being committed is either committed or found out not to be.</summary>
    private void Patiently(Action<TimeSpan> step)
    {
        while (true)
        {
            try
            {
                step(CommitPatience);
                return;
            }
            catch (KafkaRetriableException e)
            {
                MllpLog.Waiting(_logger, e.Error.Code);
                _stop.Token.ThrowIfCancellationRequested();
            }
        }
    }

    private sealed record Entry(string Topic, Message<byte[], byte[]> Record, TaskCompletionSource Done);
}
