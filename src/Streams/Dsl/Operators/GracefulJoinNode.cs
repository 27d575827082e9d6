using System.Buffers;
using System.Buffers.Binary;
using MedStreams.Streams.Dsl.Suppression;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Operators;

/// <summary>
/// Holds a stream's records back before they are joined with a versioned table, so that the table may catch up (KIP-923): until a record
/// comes here whose time is later by the grace. Then they are joined in the order of their times. What is later than the grace itself is
/// joined at once, and so are records without key, which find nothing anyway.
/// </summary>
internal sealed class GracefulJoinNode<TKey, TValue, TTable, TResult>(
    string name,
    TaskContext task,
    StreamTableJoin<TKey, TValue, TKey, TTable, TResult> join,
    string bufferName,
    ISerde<TValue> valueSerde,
    long graceMs)
    : StreamTableJoinNode<TKey, TValue, TKey, TTable, TResult>(name, task, join)
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private IKeyValueStore<BufferedKey<TKey>, BufferedChange> _buffer = null!;
    private long _bufferedTime = -1;
    private long _oldest = long.MaxValue;
    private int _sequence;

    public override void Init()
    {
        base.Init();
        if (!Table.IsVersioned)
        {
            throw new TopologyException(
                $"{Name} waits for its table, which must keep versions for that: give it a versioned store.");
        }

        _buffer = (IKeyValueStore<BufferedKey<TKey>, BufferedChange>)Task.Store(bufferName)!;
        foreach (var (key, _) in _buffer.All())
        {
            _oldest = Math.Min(_oldest, key.Time);
            _bufferedTime = key.Time;
            _sequence = Math.Max(_sequence, key.Sequence);
        }
    }

    protected override void Process(in Record<TKey, TValue> record)
    {
        if (IsDropped(record))
            return;
        if (record.Key is null || record.Timestamp < _bufferedTime - graceMs)
        {
            Join(record);
            return;
        }

        Hold(record);
        if (_oldest <= _bufferedTime - graceMs)
            Release(_bufferedTime - graceMs);
    }

    private void Hold(in Record<TKey, TValue> record)
    {
        _bytes.ResetWrittenCount();
        valueSerde.Serialize(record.Value, _bytes, new SerdeContext(Name, IsKey: false, record.Headers));
        _sequence = (_sequence + 1) & int.MaxValue;
        _buffer.Put(
            new BufferedKey<TKey>(record.Timestamp, record.Key, _sequence),
            new BufferedChange(
                0, record.Timestamp, record.Headers, Task.Current, null, null, _bytes.WrittenSpan.ToArray()));
        _bufferedTime = Math.Max(_bufferedTime, record.Timestamp);
        _oldest = Math.Min(_oldest, record.Timestamp);
    }

    private void Release(long until)
    {
        var current = Task.Current;
        foreach (var (key, held) in _buffer.Range(BufferedKey<TKey>.At(_oldest), BufferedKey<TKey>.At(until + 1)))
        {
            Task.Current = held.Metadata;
            var value = valueSerde.Deserialize(held.New, new SerdeContext(Name, IsKey: false, held.Headers));
            Join(new Record<TKey, TValue>(key.Key, value, held.Timestamp, held.Headers));
            Task.Current = current;
            _buffer.Delete(key);
        }

        _oldest = until + 1;
    }
}

/// <summary>The key under which a record is held back: ordered by time, then by the bytes of the user's key, then by arrival.</summary>
/// <param name="Time">The record's time.</param>
/// <param name="Key">The record's key.</param>
/// <param name="Sequence">Counts the records.</param>
internal readonly record struct BufferedKey<TKey>(long Time, TKey Key, int Sequence)
{
    /// <summary>Below all keys of a time.</summary>
    public static BufferedKey<TKey> At(long time) => new(time, default!, -1);
}

/// <summary>Kafka Streams' bytes: 0, time (8), the user's key, the number (4), all big-endian.</summary>
internal sealed class BufferedKeySerde<TKey>(ISerde<TKey> inner) : ISerde<BufferedKey<TKey>>
{
    private const int Front = 1 + sizeof(long);

    public void Serialize(BufferedKey<TKey> value, IBufferWriter<byte> destination, in SerdeContext context)
    {
        var front = destination.GetSpan(Front);
        front[0] = 0;
        BinaryPrimitives.WriteInt64BigEndian(front[1..], value.Time);
        destination.Advance(Front);
        if (value.Sequence < 0)
            return;
        inner.Serialize(value.Key, destination, context);
        BinaryPrimitives.WriteInt32BigEndian(destination.GetSpan(sizeof(int)), value.Sequence);
        destination.Advance(sizeof(int));
    }

    public BufferedKey<TKey> Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
    {
        if (data.Length < Front + sizeof(int))
            throw new SerializationException($"{data.Length} bytes are too few for the key of a record held back.");
        return new BufferedKey<TKey>(
            BinaryPrimitives.ReadInt64BigEndian(data[1..]),
            inner.Deserialize(data[Front..^sizeof(int)], context),
            BinaryPrimitives.ReadInt32BigEndian(data[^sizeof(int)..]));
    }
}
