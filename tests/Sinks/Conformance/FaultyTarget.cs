using System.Globalization;
using MedStreams.Streams;
using MedStreams.Streams.Testing;

namespace MedStreams.Sinks.Tests.Conformance;

/// <summary>What a sink can do wrong.</summary>
internal enum Fault
{
    NoFence,
    OffsetBeforeRecords,
    RecordsBeforeOffset,
    ForgetsOffset,
    WritesAtOnce,
    TakesOldOffsets,
    OneOffsetForAll,
    DropsRefused,
    TellsAfterCommit,
}

/// <summary>A sink in memory with one fault.</summary>
internal sealed class FaultyTarget(Fault fault) : SinkTarget<string, string>, ISink<string, string>
{
    private readonly Lock _lock = new();
    private readonly List<int> _held = [];
    private readonly Dictionary<SinkPartition, (int Epoch, long? Next)> _partitions = [];

    public override ISink<string, string> OpenSink() => this;

    public override Record<string, string> MakeRecord(int number) => new("", $"{number}", 0);

    public override Record<string, string>? MakeRefusedRecord(int number) => new("!", $"{number}", 0);

    public override ValueTask<IReadOnlyList<int>> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return new([.. _held]);
    }

    public ValueTask<ISinkWriter<string, string>> ClaimAsync(SinkPartition partition, CancellationToken cancellationToken)
    {
        if (fault == Fault.OneOffsetForAll)
            partition = default;
        lock (_lock)
        {
            var (epoch, next) = _partitions.GetValueOrDefault(partition);
            _partitions[partition] = (epoch + 1, next);
            return new(new Writer(this, partition, epoch + 1, fault == Fault.ForgetsOffset ? null : next));
        }
    }

    private sealed class Writer(FaultyTarget target, SinkPartition partition, int epoch, long? next) : ISinkWriter<string, string>
    {
        private readonly List<(long Offset, Record<string, string> Record)> _buffer = [];

        public long? NextOffset { get; private set; } = next;

        public long BufferedBytes => _buffer.Count;

        private Fault Fault => target.Fault;

        public void Write(in Record<string, string> record, RecordMetadata metadata)
        {
            if (Fault != Fault.TakesOldOffsets && metadata.Offset < NextOffset)
                return;
            _buffer.Add((metadata.Offset, record));
            if (Fault == Fault.WritesAtOnce)
                target.Hold([record]);
        }

        public async ValueTask CommitAsync(long nextOffset, RejectedRecordsHandler reject, CancellationToken cancellationToken)
        {
            var refused = _buffer.Where(static b => b.Record.Key == "!").Select(static b => new RejectedRecord(b.Offset, "refused")).ToList();
            if (refused.Count > 0 && Fault is not (Fault.DropsRefused or Fault.TellsAfterCommit))
                await reject(refused, cancellationToken);
            var taken = _buffer.Where(static b => b.Record.Key != "!").Select(static b => b.Record).ToList();
            if (Fault == Fault.RecordsBeforeOffset)
                target.Hold(taken);
            if (Fault == Fault.OffsetBeforeRecords)
                target.Move(partition, epoch, nextOffset);
            if (Fault is Fault.RecordsBeforeOffset or Fault.OffsetBeforeRecords)
                await Task.Delay(TimeSpan.FromMilliseconds(3), cancellationToken); // long enough to die in
            if (Fault != Fault.OffsetBeforeRecords)
                target.Move(partition, epoch, nextOffset);
            if (Fault is not (Fault.RecordsBeforeOffset or Fault.WritesAtOnce))
                target.Hold(taken);
            if (refused.Count > 0 && Fault == Fault.TellsAfterCommit)
                await reject(refused, cancellationToken);
            _buffer.Clear();
            NextOffset = nextOffset;
        }

        public void Discard() => _buffer.Clear();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private Fault Fault => fault;

    private void Hold(IReadOnlyList<Record<string, string>> records)
    {
        lock (_lock)
            _held.AddRange(records.Select(static r => int.Parse(r.Value, CultureInfo.InvariantCulture)));
    }

    private void Move(SinkPartition partition, int epoch, long nextOffset)
    {
        lock (_lock)
        {
            var now = _partitions[partition];
            if (now.Epoch != epoch && fault != Fault.NoFence)
                throw new SinkFencedException("fenced");
            _partitions[partition] = (now.Epoch, nextOffset);
        }
    }
}
