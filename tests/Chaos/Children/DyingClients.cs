using MedStreams.Local;
using MedStreams.Streams;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Processing;

namespace MedStreams.Chaos.Tests.Children;

/// <summary>The engine's real clients in a process that kills itself at a step of a commit.</summary>
internal sealed class DyingClients(IKafkaClients inner, RunnerSettings settings) : IKafkaClients
{
    private int _commits;

    public IStreamConsumer CreateConsumer(string clientId, string? groupInstanceId, bool tellsEndsSoon) =>
        new DyingConsumer(inner.CreateConsumer(clientId, groupInstanceId, tellsEndsSoon), this);

    public IRestoreConsumer CreateRestoreConsumer(string clientId) => inner.CreateRestoreConsumer(clientId);

    public IRestoreConsumer CreateGlobalConsumer(string clientId) => inner.CreateGlobalConsumer(clientId);

    public IStreamProducer CreateProducer(string clientId, string? transactionalId, TimeSpan? deliveryTimeout = null)
    {
        var producer = inner.CreateProducer(clientId, transactionalId, deliveryTimeout);
        return deliveryTimeout is null ? new DyingProducer(producer, this) : producer;
    }

    public IStreamAdmin CreateAdmin(string clientId) => inner.CreateAdmin(clientId);

    /// <summary>Counts the commits of the process.</summary>
    public void BeginCommit() => Interlocked.Increment(ref _commits);

    public bool IsDue(DeathStep step) => settings.Death == step && Volatile.Read(ref _commits) >= settings.DeathCommit;

    /// <summary>Dies here, or a little later while the caller goes on.</summary>
    public void At(DeathStep step)
    {
        if (!IsDue(step))
            return;
        if (step is DeathStep.Committing or DeathStep.Committed or DeathStep.Send)
            new Thread(DieSoon) { IsBackground = true }.Start();
        else
            Die();
    }

    private void DieSoon()
    {
        var since = TimeProvider.System.GetTimestamp();
        SpinWait.SpinUntil(() => TimeProvider.System.GetElapsedTime(since) >= TimeSpan.FromMicroseconds(settings.DeathDelay));
        Die();
    }

    private static void Die() => GuardedProcess.Send(Environment.ProcessId, Signal.Kill);
}

/// <summary>The producer's part of a commit.</summary>
internal sealed class DyingProducer(IStreamProducer inner, DyingClients deaths) : IStreamProducer
{
    public void Send(in OutgoingRecord record, DeliveryListener? listener)
    {
        inner.Send(record, listener);
        deaths.At(DeathStep.Send);
    }

    public void Flush()
    {
        inner.Flush();
        deaths.At(DeathStep.Flushed); // at least once
    }

    public void InitTransactions(TimeSpan timeout) => inner.InitTransactions(timeout);

    public void BeginTransaction() => inner.BeginTransaction();

    public void SendOffsets(IReadOnlyDictionary<TopicPartition, long> offsets, object groupMetadata, TimeSpan timeout)
    {
        if (deaths.IsDue(DeathStep.Flushed))
        {
            inner.Flush();
            deaths.At(DeathStep.Flushed);
        }

        inner.SendOffsets(offsets, groupMetadata, timeout);
        if (deaths.IsDue(DeathStep.OffsetsSent))
        {
            inner.Flush();
            deaths.At(DeathStep.OffsetsSent);
        }
    }

    public void CommitTransaction(TimeSpan timeout)
    {
        deaths.BeginCommit();
        deaths.At(DeathStep.Committing);
        inner.CommitTransaction(timeout);
        deaths.At(DeathStep.Committed);
    }

    public void AbortTransaction(TimeSpan timeout) => inner.AbortTransaction(timeout);

    public void Dispose() => inner.Dispose();
}

/// <summary>The consumer's part of a commit at least once.</summary>
internal sealed class DyingConsumer(IStreamConsumer inner, DyingClients deaths) : IStreamConsumer
{
    public void Subscribe(IReadOnlyCollection<string> topics, IRebalanceListener listener) => inner.Subscribe(topics, listener);

    public int Poll(TimeSpan timeout, int maxRecords, IRecordReceiver receiver) => inner.Poll(timeout, maxRecords, receiver);

    public void Rejoin() => inner.Rejoin();

    public void Assign(IReadOnlyCollection<StartingPoint> partitions) => inner.Assign(partitions);

    public IReadOnlyDictionary<TopicPartition, long?>? TryCommitted(IEnumerable<TopicPartition> partitions, TimeSpan timeout) =>
        inner.TryCommitted(partitions, timeout);

    public void Commit(IReadOnlyDictionary<TopicPartition, long> offsets)
    {
        deaths.BeginCommit();
        deaths.At(DeathStep.OffsetsSent);
        deaths.At(DeathStep.Committing);
        inner.Commit(offsets);
        deaths.At(DeathStep.Committed);
    }

    public void Close() => inner.Close();

    public void Dispose() => inner.Dispose();
}
