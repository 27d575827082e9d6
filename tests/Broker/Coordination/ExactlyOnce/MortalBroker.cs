using System.Buffers.Binary;
using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;
using MedStreams.Broker.Tests.Storage;
using MedStreams.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Broker.Tests.Coordination;

/// <summary>Logs and coordinators on a simulated disk, which a power cut or a kill ends and which begin again on what is left.</summary>
internal sealed class MortalBroker : IAsyncDisposable
{
    private static readonly CoordinatorSettings Settings = new()
    {
        OffsetsTopicPartitions = 2,
        TransactionTopicPartitions = 2,
        Groups = new GroupLimits { InitialRebalanceDelayMs = 0 },
    };

    private static readonly Dictionary<string, string> SmallSegments = new() { ["segment.bytes"] = "600" };

    private SimulatedDisk _disk = new();
    private LogManager _logs = null!;

    public ManualTime Time { get; } = new();

    /// <summary>How often the broker has ended.</summary>
    public int Deaths { get; private set; }

    public StallingFlusher Flusher { get; private set; } = null!;

    public Coordinators Coordinators { get; private set; } = null!;

    public GroupCoordinator Groups => Coordinators.Groups;

    public TransactionCoordinator Transactions => Coordinators.Transactions;

    public static async Task<MortalBroker> StartAsync(string topic, int partitions)
    {
        var broker = new MortalBroker();
        await broker.OpenAsync();
        broker._logs.GetOrCreate(topic, partitions, SmallSegments);
        return broker;
    }

    public PartitionLog Log(TopicPartition partition) => _logs.Find(partition)!;

    public long NewProducerId() => _logs.ProducerIds.Next();

    public Task CheckpointAsync() => _logs.CheckpointAsync(0);

    /// <summary>The process ends, with or without the machine's power, and another begins.</summary>
    public async Task CrashAsync(Random? powerCut)
    {
        var left = powerCut is null ? _disk.Kill() : _disk.PowerCut(powerCut);
        Deaths++;
        Close();
        _disk = left;
        await OpenAsync();
    }

    /// <summary>What a reader with read_committed finds in a partition from its beginning.</summary>
    public List<int> Visible(TopicPartition partition)
    {
        var log = Log(partition);
        var values = new List<int>();
        var offset = log.LogStartOffset;
        while (offset < log.LastStableOffset)
        {
            using var read = log.Read(offset, 500, ReadLimit.LastStable, atLeastOne: true);
            Assert.Equal(ErrorCode.None, read.Error);
            foreach (var batch in new BatchReader(read.Batches.Span, checkCrc: true))
            {
                var (at, producer) = (batch.BaseOffset, batch.ProducerId);
                if (batch.IsControl || read.Aborted!.Exists(a => a.ProducerId == producer && a.FirstOffset <= at && at <= a.LastOffset))
                {
                    continue;
                }

                foreach (var record in batch)
                {
                    values.Add(BinaryPrimitives.ReadInt32BigEndian(record.Value));
                }
            }

            offset = read.NextOffset;
        }

        return values;
    }

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private async Task OpenAsync()
    {
        Flusher = new StallingFlusher(_disk);
        _logs = LogManager.Open(
            "/data", new LogEnvironment(_disk, Flusher, Time, NullLogger.Instance), new Dictionary<string, string>());
        Coordinators = new Coordinators(_logs, Settings, Time, NullLogger.Instance);
        await Coordinators.LoadAsync();
    }

    private void Close()
    {
        Coordinators.Dispose();
        _logs.Abandon();
    }
}
