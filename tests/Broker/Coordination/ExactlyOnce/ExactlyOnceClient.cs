using System.Buffers.Binary;
using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Coordination;

/// <summary>
/// One process that writes under a transactional id, as a client library does: what was not answered is sent again as it was
/// before anything else, and any refusal is the end until it is initialised anew. It may be a zombie without knowing.
/// </summary>
internal sealed class ExactlyOnceClient(string id, TopicPartition[] partitions)
{
    public const int TimeoutMs = 10_000;
    public static readonly TopicPartition Input = new("in", 0);
    private readonly Dictionary<TopicPartition, (int Sequence, byte[] Batch)> _last = [];
    private readonly Dictionary<TopicPartition, int> _next = [];
    private readonly HashSet<TopicPartition> _added = [];
    private Func<MortalBroker, Task<bool>>? _unanswered;

    public string Id => id;

    public ProducerIdentity? Producer { get; private set; }

    /// <summary>The open transaction, or one whose end was not answered.</summary>
    public Transaction? Current { get; private set; }

    /// <summary>Whether it has been initialised and was not refused since.</summary>
    public bool Lives => Producer is not null;

    private string Group => "of-" + id;

    /// <summary>InitProducerId. The client's own transaction, whatever became of it, is none of its business any more.</summary>
    public async Task<bool> InitAsync(MortalBroker broker)
    {
        Die();
        var (error, producer) = await broker.Transactions.InitAsync(id, TimeoutMs, null);
        Assert.Equal(ErrorCode.None, error);
        Producer = producer;
        return true;
    }

    /// <summary>Takes the next step, after what is left over from the one before.</summary>
    /// <returns>False when the client was refused.</returns>
    public async Task<bool> DoAsync(MortalBroker broker, Func<MortalBroker, Task<bool>> step)
    {
        if (_unanswered is { } before && !await AskAsync(broker, before))
        {
            return false;
        }

        return _unanswered is not null || await AskAsync(broker, step);
    }

    public Func<MortalBroker, Task<bool>> Write(int partition, params int[] values)
    {
        var to = partitions[partition];
        byte[]? batch = null;
        return async broker =>
        {
            var transaction = Current ??= new Transaction(Group);
            if (batch is null)
            {
                batch = BatchOf(to, values);
                transaction.Doubtful.AddRange(values);
            }

            if (await AddAsync(broker, to) && await AppendAsync(broker, to, batch))
            {
                transaction.Doubtful.RemoveAll(values.Contains);
                transaction.Values.AddRange(values);
                return true;
            }

            return false;
        };
    }

    /// <summary>The last batch of a partition once more, as when its answer came late.</summary>
    public Func<MortalBroker, Task<bool>> Repeat(int partition) => async broker =>
    {
        var to = partitions[partition];
        return !_last.TryGetValue(to, out var last) || await AppendAsync(broker, to, last.Batch);
    };

    public Func<MortalBroker, Task<bool>> CommitOffset(long offset) => async broker =>
    {
        var transaction = Current ??= new Transaction(Group);
        if (!await AddAsync(broker, broker.Groups.PartitionOf(Group)))
        {
            return false;
        }

        var producer = Producer!.Value;
        var results = await broker.Groups.CommitTransactionalAsync(
            Group, new Committer(-1, "", null), producer, [(Input, new CommittedOffset(offset, -1, "", 0))],
            p => broker.Transactions.Verify(id, producer, p));
        if (results[0].Error is not ErrorCode.None)
        {
            return false;
        }

        transaction.Offset = offset;
        return true;
    };

    public Func<MortalBroker, Task<bool>> End(bool commit) => async broker =>
    {
        if (Current is not { } transaction)
        {
            return true;
        }

        transaction.Outcome = Outcome.Unknown;
        if (await broker.Transactions.EndAsync(id, Producer!.Value, commit) is not ErrorCode.None)
        {
            return false;
        }

        transaction.Outcome = commit ? Outcome.Committed : Outcome.Aborted;
        Current = null;
        _added.Clear();
        return true;
    };

    /// <summary>A batch for a partition that was not added to a transaction.</summary>
    public async Task<bool> TryIntrudeAsync(MortalBroker broker, int partition, int value)
    {
        var to = partitions[partition];
        return Producer is { } && _unanswered is null && !_added.Contains(to)
            && await AppendAsync(broker, to, Batch(Producer.Value, _next.GetValueOrDefault(to), [value]));
    }

    /// <summary>A step whose broker ended in the middle of it stays unanswered.</summary>
    private async Task<bool> AskAsync(MortalBroker broker, Func<MortalBroker, Task<bool>> step)
    {
        var deaths = broker.Deaths;
        _unanswered = step;
        if (await step(broker))
        {
            _unanswered = null;
            return true;
        }

        return broker.Deaths != deaths || Die();
    }

    private bool Die()
    {
        Producer = null;
        Current = null;
        _unanswered = null;
        _added.Clear();
        _last.Clear();
        _next.Clear();
        return false;
    }

    private async Task<bool> AddAsync(MortalBroker broker, TopicPartition partition)
    {
        if (await broker.Transactions.AddPartitionsAsync(id, Producer!.Value, [partition]) is not ErrorCode.None)
        {
            return false;
        }

        _added.Add(partition);
        return true;
    }

    private byte[] BatchOf(TopicPartition partition, int[] values)
    {
        var sequence = _next.GetValueOrDefault(partition);
        var batch = Batch(Producer!.Value, sequence, values);
        _last[partition] = (sequence, batch);
        _next[partition] = sequence + values.Length;
        return batch;
    }

    /// <summary>As Produce does it: the coordinator is asked before a transaction begins in a partition.</summary>
    private async Task<bool> AppendAsync(MortalBroker broker, TopicPartition partition, byte[] batch)
    {
        var producer = Producer!.Value;
        var log = broker.Log(partition);
        var token = log.BeginVerification(producer.Id, producer.Epoch);
        if (token is not null && broker.Transactions.Verify(id, producer, partition) is not ErrorCode.None)
        {
            log.CancelVerification(token);
            return false;
        }

        var result = log.Append((byte[])batch.Clone(), AppendOrigin.Client, token, requireVerification: true);
        return result.Error is ErrorCode.None && await log.WaitDurableAsync(result.NextOffset) is ErrorCode.None;
    }

    private static byte[] Batch(ProducerIdentity producer, int sequence, int[] values)
    {
        var builder = new RecordBatchBuilder
        {
            ProducerId = producer.Id,
            ProducerEpoch = producer.Epoch,
            BaseSequence = sequence,
            IsTransactional = true,
        };
        foreach (var value in values)
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(bytes, value);
            builder.Append(0, null, bytes);
        }

        return builder.Build();
    }
}
