using System.Text;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Broker.Tests.Storage;

/// <summary>A partition's log on a simulated disk.</summary>
internal sealed class TestLog : IDisposable
{
    public const string Folder = "/data/t-0";

    public TestLog(
        SimulatedDisk? disk = null, TopicSettings? settings = null, bool flushImmediately = true, bool syncFolder = true)
    {
        Disk = disk ?? new SimulatedDisk();
        if (syncFolder)
        {
            Disk.CreateDirectory(Folder);
            Disk.SyncDirectory("/data");
        }

        Flusher = new ManualFlusher(Disk) { Immediately = flushImmediately };
        Settings = settings ?? new TopicSettings();
        Log = LogRecovery.Open(new("t", 0), Folder, Settings, new(Disk, Flusher, Clock, NullLogger.Instance));
    }

    public SimulatedDisk Disk { get; }

    public ManualFlusher Flusher { get; }

    public SettableClock Clock { get; } = new();

    public TopicSettings Settings { get; }

    public PartitionLog Log { get; }

    /// <summary>The log as it is read after the end of the process.</summary>
    public TestLog Killed() => new(Disk.Kill(), Settings, Flusher.Immediately);

    /// <summary>Appends a batch of values and answers what became of it.</summary>
    public AppendResult Append(params string[] values) => Log.Append(Batch(values), AppendOrigin.Client);

    /// <summary>Appends a batch of an idempotent or transactional producer.</summary>
    public AppendResult Append(long producer, short epoch, int sequence, bool transactional = false, int count = 1) =>
        Log.Append(Batch(producer, epoch, sequence, transactional, count), AppendOrigin.Client);

    /// <summary>Ends a transaction.</summary>
    public AppendResult End(long producer, short epoch, bool commit, int coordinatorEpoch = 0) =>
        Log.AppendMarker(producer, epoch, new TransactionMarker(commit, coordinatorEpoch));

    public static byte[] Batch(params string[] values) => Batch(1_700_000_000_000, values);

    public static byte[] Batch(long timestamp, params string[] values)
    {
        var builder = new RecordBatchBuilder();
        foreach (var value in values)
            builder.Append(timestamp, key: null, Encoding.UTF8.GetBytes(value));
        return builder.Build();
    }

    public static byte[] Batch(long producer, short epoch, int sequence, bool transactional, int count)
    {
        var builder = new RecordBatchBuilder
        {
            ProducerId = producer,
            ProducerEpoch = epoch,
            BaseSequence = sequence,
            IsTransactional = transactional,
        };
        for (var i = 0; i < count; i++)
            builder.Append(1_700_000_000_000, key: null, Encoding.UTF8.GetBytes($"{producer}:{sequence + i}"));
        return builder.Build();
    }

    /// <summary>The values from an offset on, each with its offset, and markers as such.</summary>
    public List<string> ReadAll(long offset = 0, ReadLimit limit = ReadLimit.HighWatermark, int maxBytes = 1 << 20)
    {
        List<string> found = [];
        while (true)
        {
            using var read = Log.Read(offset, maxBytes, limit, atLeastOne: true);
            Assert.Equal(ErrorCode.None, read.Error);
            if (read.Batches.Length == 0)
                return found;
            found.AddRange(Values(read.Batches.Span, offset));
            offset = read.NextOffset;
        }
    }

    public void Dispose() => Log.Dispose();

    private static List<string> Values(ReadOnlySpan<byte> batches, long from)
    {
        List<string> found = [];
        var reader = new BatchReader(batches, checkCrc: true);
        while (reader.MoveNext())
        {
            var producer = reader.Current.ProducerId;
            var isControl = reader.Current.IsControl;
            foreach (var record in reader.Current)
            {
                if (record.Offset < from)
                    continue;
                var text = !isControl ? Encoding.UTF8.GetString(record.Value)
                    : TransactionMarker.Read(record)!.IsCommit ? $"commit of {producer}"
                    : $"abort of {producer}";
                found.Add($"{record.Offset}={text}");
            }
        }

        Assert.Equal(BatchFault.None, reader.Fault);
        return found;
    }
}
