using System.Buffers.Binary;
using MedStreams.Streams;
using MedStreams.Streams.Processing;
using MedStreams.Streams.State;

namespace MedStreams.Dsl.Bench;

/// <summary>
/// The one task of a topology with the engine's own code and nothing around it: no driver, no client, no thread. Records go in as bytes; what
/// comes out is counted.
/// </summary>
internal sealed class BareTask : IDisposable
{
    private const string Application = "bench";
    private readonly TaskContext _context;
    private readonly StateDirectory? _directory;
    private readonly TaskState _state;
    private readonly StreamTask _task;
    private readonly Dictionary<string, long> _noPositions = [];
    private readonly byte[] _key = new byte[sizeof(long)];
    private readonly byte[] _value = new byte[sizeof(long)];
    private long _offset;

    /// <summary>A task that is ready for records.</summary>
    /// <param name="topology">A topology of one sub-topology.</param>
    /// <param name="folder">Where stores lie in RocksDB; null keeps them in memory.</param>
    public BareTask(Topology topology, string? folder = null)
    {
        if (folder is not null)
            _directory = StateDirectory.Open(folder, Application, new StateSettings(), TimeProvider.System);
        var subtopology = topology.Split().Single();
        var id = new TaskId(0, 0);
        _context = new TaskContext(Application, id, TimeProvider.System, Collector, new HashSet<string>());
        _state = TaskState.Open(_directory, id, Application, subtopology.Stores, _context.ResolveTopic);
        _state.OpenOwnStores(_context);
        _state.OpenStores(_context);
        TopicPartition[] inputs = [.. subtopology.SourceTopics.Distinct().Select(t => new TopicPartition(t, 0))];
        _task = new StreamTask(_context, subtopology.Build(_context), inputs, new Refusing());
    }

    public CountingCollector Collector { get; } = new();

    /// <summary>Processes a record.</summary>
    public void Process(string topic, long key, long value, long timestamp)
    {
        BinaryPrimitives.WriteInt64BigEndian(_key, key);
        BinaryPrimitives.WriteInt64BigEndian(_value, value);
        var input = 0;
        while (_task.Inputs[input].Topic != topic)
            input++;
        _task.Queue(input).Add(new RawRecord
        {
            Key = _key,
            HasKey = true,
            Value = _value,
            HasValue = true,
            Metadata = new RecordMetadata(topic, 0, _offset++),
            Timestamp = timestamp,
            Headers = Headers.Empty,
        });
        _task.ProcessNext();
    }

    /// <summary>Flushes caches and commits the stores.</summary>
    public void Commit()
    {
        _task.FlushStores();
        _state.Commit(_noPositions);
    }

    public void Dispose()
    {
        _task.Dispose();
        _state.Dispose();
        _directory?.Dispose();
    }

    private sealed class Refusing : IDeserializationErrors
    {
        public void OnError(in RawRecord record, SerializationException error) => throw error;

        public void OnNegativeTimestamp(in RawRecord record) => throw new SerializationException("A time is negative.");
    }
}

/// <summary>Counts what leaves a task, and keeps nothing.</summary>
internal sealed class CountingCollector : IRecordCollector
{
    public long Records { get; private set; }

    public long Bytes { get; private set; }

    public void Send(in OutgoingRecord record)
    {
        Records++;
        Bytes += record.Key.Length + record.Value.Length;
    }

    public int PartitionCount(string topic) => 4;

    public void Flush()
    {
        // Nothing is on its way.
    }

    public long? NextOffset(TopicPartition partition) => null;
}
