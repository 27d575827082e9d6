using System.Buffers;
using System.Buffers.Binary;
using MedStreams.Bench.Support;
using MedStreams.RocksDb;
using MedStreams.Streams;
using MedStreams.Streams.Graph;
using MedStreams.Streams.Processing;
using MedStreams.Streams.State;

namespace MedStreams.Dsl.Bench;

/// <summary>A key-value store of the engine in a folder of its own, filled and flushed to files.</summary>
internal sealed class StoreRig : IDisposable
{
    private static readonly Dictionary<string, long> NoPositions = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-bench-").FullName;
    private readonly StateDirectory _directory;
    private readonly CacheBudget _cache;
    private readonly TaskState _state;

    /// <summary>A store that is open.</summary>
    /// <param name="keys">How many keys it holds.</param>
    /// <param name="cacheBytes">What may be kept of committed entries in managed memory; 0 for nothing.</param>
    public StoreRig(int keys, long cacheBytes)
    {
        _cache = new CacheBudget(cacheBytes);
        _directory = StateDirectory.Open(_folder, "bench", new StateSettings(), TimeProvider.System);
        (_state, Store) = Open();
        for (var i = 0; i < keys; i++)
            Store.Put(i, i);
        Commit();
        _state.Dispose(); // which flushes to files
        (_state, Store) = Open();
    }

    public IKeyValueStore<long, long?> Store { get; }

    public void Commit() => _state.Commit(NoPositions);

    public void Dispose()
    {
        _state.Dispose();
        _directory.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private (TaskState State, IKeyValueStore<long, long?> Store) Open()
    {
        var task = new TaskId(0, 0);
        var builder = Stores.KeyValueStoreBuilder(Stores.PersistentKeyValueStore("store"), Serdes.Int64, Padded.Serde)
            .WithLoggingDisabled();
        var state = TaskState.Open(_directory, task, "bench", [new StoreDefinition(builder, null)], static t => t);
        var context = new TaskContext("bench", task, TimeProvider.System, new CountingCollector(), new HashSet<string>()) { Cache = _cache };
        state.OpenStores(context);
        return (state, (IKeyValueStore<long, long?>)context.Store("store")!);
    }
}

/// <summary>The same content in RocksDB, without an engine.</summary>
internal sealed class BareStore : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-bench-").FullName;
    private readonly RocksDbCache _cache = new(64 << 20);
    private readonly RocksDatabase _database;
    private readonly ColumnFamily _values;
    private readonly WriteBatch _batch = new();
    private readonly MultiGet _many = new();
    private readonly byte[] _key = new byte[sizeof(long)];
    private readonly byte[] _value = new byte[Padded.Bytes];

    public BareStore(int keys)
    {
        // As the engine opens the database of a task with one store.
        _database = RocksDatabase.Open(
            Path.Combine(_folder, "db"),
            new RocksDbOptions
            {
                BlockCache = _cache,
                WriteAheadLog = false,
                AtomicFlush = true,
                WriteBufferBytes = 16 << 20,
                DatabaseWriteBufferBytes = 16 << 20,
                ArenaBlockBytes = 64 << 10,
                MemoryTableBloomShare = 0.02,
            },
            "values");
        _values = _database.ColumnFamily("values");
        for (var i = 0; i < keys; i++)
            Put(i, i);
        Write();
        _database.Flush();
    }

    public long Get(long key)
    {
        BinaryPrimitives.WriteInt64BigEndian(_key, key);
        using var value = _database.Get(_values, _key);
        return value.Exists ? BinaryPrimitives.ReadInt64BigEndian(value.Span) : -1;
    }

    public long GetMany(IEnumerable<long> keys)
    {
        _many.Clear();
        foreach (var key in keys)
        {
            BinaryPrimitives.WriteInt64BigEndian(_key, key);
            _many.Add(_key);
        }

        _database.GetMany(_values, _many);
        var sum = 0L;
        for (var i = 0; i < _many.Count; i++)
        {
            if (!_many.TryGet(i, out var value))
                throw new BenchException("A key that was put has no value.");
            sum += BinaryPrimitives.ReadInt64BigEndian(value);
        }

        return sum;
    }

    public void Put(long key, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(_key, key);
        BinaryPrimitives.WriteInt64BigEndian(_value, value);
        _batch.Put(_values, _key, _value);
    }

    public void Write()
    {
        _database.Write(_batch);
        _batch.Clear();
    }

    public long Scan()
    {
        var sum = 0L;
        using var iterator = _database.Iterate(_values);
        for (var more = iterator.SeekToFirst(); more; more = iterator.Next())
            sum += BinaryPrimitives.ReadInt64BigEndian(iterator.Value);
        return sum;
    }

    public void Dispose()
    {
        _many.Dispose();
        _batch.Dispose();
        _database.Dispose();
        _cache.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>A number in 100 bytes.</summary>
internal static class Padded
{
    public const int Bytes = 100;

    public static ISerde<long?> Serde { get; } = new PaddedSerde();

    private sealed class PaddedSerde : ISerde<long?>
    {
        public void Serialize(long? value, IBufferWriter<byte> destination, in SerdeContext context)
        {
            var span = destination.GetSpan(Bytes)[..Bytes];
            span.Clear();
            BinaryPrimitives.WriteInt64BigEndian(span, value.GetValueOrDefault());
            destination.Advance(Bytes);
        }

        public long? Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) => BinaryPrimitives.ReadInt64BigEndian(data);
    }
}
