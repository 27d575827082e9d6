using System.Buffers;
using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.ForeignKeys;

/// <summary>
/// Joins answers with the values that asked for them. An answer for a value that has changed meanwhile is dropped: the new value has
/// asked too.
/// </summary>
internal sealed class ResponseJoinNode<TKey, TValue, TForeign, TResult>(
    string name,
    TaskContext task,
    TableGetters<TKey, TValue> values,
    Func<ISerde<TValue>> valueSerde,
    string registrationTopic,
    Func<TKey, TValue, TForeign?, TResult?> joiner,
    bool isLeft)
    : StatefulNode<TKey, SubscriptionResponse<TForeign>, TKey, TResult?>(name, task)
{
    private readonly ArrayBufferWriter<byte> _scratch = new();
    private readonly ISerde<TValue> _valueSerde = valueSerde();
    private readonly string _hashTopic = $"{task.ApplicationId}-{registrationTopic}-vh";
    private TableGetter<TKey, TValue> _values = null!;

    public override void Init() => _values = values.Create(Task);

    protected override void Process(in Record<TKey, SubscriptionResponse<TForeign>> record)
    {
        var value = _values.Get(record.Key).ValueOrNull();
        if (HashOf(value, record.Headers) != record.Value.Hash)
        {
            Task.CountDropped();
            return;
        }

        var foreign = record.Value.ForeignValue;
        var result = value is null || (foreign is null && !isLeft) ? default : joiner(record.Key, value, foreign);
        Forward(record.WithValue(result));
    }

    private ValueHash? HashOf(TValue? value, Headers headers)
    {
        if (value is null)
            return null;
        _scratch.ResetWrittenCount();
        _valueSerde.Serialize(value, _scratch, new SerdeContext(_hashTopic, IsKey: false, headers));
        return ValueHash.Of(_scratch.WrittenSpan);
    }
}
