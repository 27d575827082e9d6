using System.Buffers;
using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.ForeignKeys;

/// <summary>How the primary side of a foreign-key join sends its subscriptions.</summary>
/// <param name="Extractor">The foreign key of a record; null for none.</param>
/// <param name="ForeignKeySerde">Foreign keys are compared by their bytes.</param>
/// <param name="ValueSerde">Makes the bytes of values that are hashed.</param>
/// <param name="Topic">The registration topic, for the names that serdes are told.</param>
/// <param name="IsLeft">Whether records without a foreign value have a result.</param>
internal sealed record SubscriptionSettings<TKey, TValue, TForeignKey>(
    Func<TKey, TValue, ForeignKey<TForeignKey>?> Extractor,
    Func<ISerde<TForeignKey>> ForeignKeySerde,
    Func<ISerde<TValue>> ValueSerde,
    string Topic,
    bool IsLeft);

/// <summary>
/// Makes subscriptions of a table's changes: the foreign key that a record had loses it, the one that it has gets it. A
/// deletion in a left join is a subscription without foreign key, which is answered with null at once.
/// </summary>
internal sealed class SubscriptionSendNode<TKey, TValue, TForeignKey>(
    string name, TaskContext task, SubscriptionSettings<TKey, TValue, TForeignKey> settings, bool latestOnly)
    : StatefulNode<TKey, Change<TValue>, ForeignKey<TForeignKey>?, Subscription<TKey>>(name, task)
{
    private readonly ArrayBufferWriter<byte> _scratch = new();
    private readonly ArrayBufferWriter<byte> _other = new();
    private readonly ISerde<TForeignKey> _foreignKeySerde = settings.ForeignKeySerde();
    private readonly ISerde<TValue> _valueSerde = settings.ValueSerde();
    private readonly string _keyTopic = $"{task.ApplicationId}-{settings.Topic}-fk";
    private readonly string _hashTopic = $"{task.ApplicationId}-{settings.Topic}-vh";

    protected override void Process(in Record<TKey, Change<TValue>> record)
    {
        if (latestOnly && !record.Value.IsLatest)
        {
            Task.CountDropped();
            return;
        }

        var (now, before) = (record.Value.New, record.Value.Old);
        var newKey = now is null ? null : settings.Extractor(record.Key, now);
        var oldKey = before is null ? null : settings.Extractor(record.Key, before);
        if (settings.IsLeft)
            SendLeft(record, newKey, oldKey);
        else
            SendInner(record, newKey, oldKey);
    }

    private void SendLeft(
        in Record<TKey, Change<TValue>> record, ForeignKey<TForeignKey>? newKey, ForeignKey<TForeignKey>? oldKey)
    {
        if (record.Value is { New: null, Old: null })
            return;
        var hash = HashOf(record);
        if (oldKey is { } old && !IsSame(newKey, old, record.Headers))
            Send(record, oldKey, Instruction.DeleteSilently, hash);
        Send(record, newKey, Instruction.PropagateAlways, hash);
    }

    private void SendInner(
        in Record<TKey, Change<TValue>> record, ForeignKey<TForeignKey>? newKey, ForeignKey<TForeignKey>? oldKey)
    {
        var hash = HashOf(record);
        if (newKey is null)
        {
            if (record.Value.New is not null)
                Task.CountDropped();
            if (oldKey is not null)
                Send(record, oldKey, Instruction.DeleteAndPropagate, hash);
            return;
        }

        var isMoved = oldKey is { } old && !IsSame(newKey, old, record.Headers);
        if (isMoved)
            Send(record, oldKey, Instruction.DeleteSilently, hash);
        // Where the foreign key is new to the record its last result may have to go; otherwise there was none without a value.
        Send(record, newKey, isMoved ? Instruction.PropagateAlways : Instruction.PropagateIfPresent, hash);
    }

    private void Send(
        in Record<TKey, Change<TValue>> record,
        ForeignKey<TForeignKey>? foreignKey,
        Instruction instruction,
        ValueHash? hash) =>
        Forward(new Record<ForeignKey<TForeignKey>?, Subscription<TKey>>(
            foreignKey,
            new Subscription<TKey>(hash, instruction, record.Key, Task.TaskId.Partition),
            record.Timestamp,
            record.Headers));

    private ValueHash? HashOf(in Record<TKey, Change<TValue>> record)
    {
        if (record.Value.New is not { } value)
            return null;
        _scratch.ResetWrittenCount();
        _valueSerde.Serialize(value, _scratch, new SerdeContext(_hashTopic, IsKey: false, record.Headers));
        return ValueHash.Of(_scratch.WrittenSpan);
    }

    private bool IsSame(ForeignKey<TForeignKey>? one, ForeignKey<TForeignKey> other, Headers headers)
    {
        if (one is not { } key)
            return false;
        _scratch.ResetWrittenCount();
        _other.ResetWrittenCount();
        var context = new SerdeContext(_keyTopic, IsKey: true, headers);
        _foreignKeySerde.Serialize(key.Value, _scratch, context);
        _foreignKeySerde.Serialize(other.Value, _other, context);
        return _scratch.WrittenSpan.SequenceEqual(_other.WrittenSpan);
    }
}
