using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.ForeignKeys;

/// <summary>Keeps and forgets subscriptions. One without foreign key is only handed on, to be answered with null.</summary>
internal sealed class SubscriptionReceiveNode<TKey, TForeignKey>(string name, TaskContext task, string storeName)
    : StatefulNode<ForeignKey<TForeignKey>?, Subscription<TKey>, ForeignKey<TForeignKey>?, Subscription<TKey>>(name, task)
{
    private ITimestampedKeyValueStore<CombinedKey<TForeignKey, TKey>, Subscription<TKey>> _store = null!;

    public override void Init() =>
        _store = (ITimestampedKeyValueStore<CombinedKey<TForeignKey, TKey>, Subscription<TKey>>)Task.Store(storeName)!;

    protected override void Process(in Record<ForeignKey<TForeignKey>?, Subscription<TKey>> record)
    {
        var subscription = record.Value;
        if (record.Key is not { } foreignKey)
        {
            if (subscription.Instruction == Instruction.PropagateAlways)
                Forward(record);
            else
                Task.CountDropped();
            return;
        }

        var key = new CombinedKey<TForeignKey, TKey>(foreignKey.Value, subscription.PrimaryKey);
        if (subscription.Instruction is Instruction.DeleteSilently or Instruction.DeleteAndPropagate)
            _store.Put(key, null);
        else
            _store.Put(key, new ValueAndTimestamp<Subscription<TKey>>(subscription, record.Timestamp));
        Forward(record);
    }
}

/// <summary>Answers subscriptions with the values of their foreign keys. The time is the larger of both sides'.</summary>
internal sealed class SubscriptionJoinNode<TKey, TForeignKey, TForeign>(
    string name, TaskContext task, TableGetters<TForeignKey, TForeign> foreigners)
    : StatefulNode<ForeignKey<TForeignKey>?, Subscription<TKey>, TKey, SubscriptionResponse<TForeign>>(name, task)
{
    private TableGetter<TForeignKey, TForeign> _foreigners = null!;

    public override void Init() => _foreigners = foreigners.Create(Task);

    protected override void Process(in Record<ForeignKey<TForeignKey>?, Subscription<TKey>> record)
    {
        var subscription = record.Value;
        var entry = record.Key is { } foreignKey ? _foreigners.Get(foreignKey.Value) : null;
        var answers = subscription.Instruction switch
        {
            Instruction.DeleteAndPropagate or Instruction.PropagateAlways => true,
            Instruction.PropagateIfPresent => entry is not null,
            _ => false,
        };
        if (!answers)
            return;
        var value = subscription.Instruction == Instruction.DeleteAndPropagate ? default : entry.ValueOrNull();
        Forward(new Record<TKey, SubscriptionResponse<TForeign>>(
            subscription.PrimaryKey,
            new SubscriptionResponse<TForeign>(subscription.Hash, value, subscription.Partition),
            Math.Max(record.Timestamp, entry?.Timestamp ?? record.Timestamp),
            record.Headers));
    }
}

/// <summary>Tells all subscribers of a foreign key that its value has changed.</summary>
internal sealed class ForeignTableJoinNode<TKey, TForeignKey, TForeign>(
    string name,
    TaskContext task,
    string storeName,
    ISerde<TForeignKey> prefixSerde,
    bool latestOnly)
    : StatefulNode<TForeignKey, Change<TForeign>, TKey, SubscriptionResponse<TForeign>>(name, task)
{
    private ITimestampedKeyValueStore<CombinedKey<TForeignKey, TKey>, Subscription<TKey>> _store = null!;

    public override void Init() =>
        _store = (ITimestampedKeyValueStore<CombinedKey<TForeignKey, TKey>, Subscription<TKey>>)Task.Store(storeName)!;

    protected override void Process(in Record<TForeignKey, Change<TForeign>> record)
    {
        if (record.Key is null || (latestOnly && !record.Value.IsLatest))
        {
            Task.CountDropped();
            return;
        }

        foreach (var (key, entry) in _store.PrefixScan(record.Key, prefixSerde))
        {
            var subscription = entry!.Value.Value;
            Forward(new Record<TKey, SubscriptionResponse<TForeign>>(
                key.PrimaryKey,
                new SubscriptionResponse<TForeign>(subscription.Hash, record.Value.New, subscription.Partition),
                record.Timestamp,
                record.Headers));
        }
    }
}
