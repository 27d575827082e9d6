using System.Buffers;
using System.Text;
using MedStreams.Streams;

namespace MedStreams.Topologies.RangeStatistics;

/// <summary>Runs the machine of each range on its stores; emits a result on every change.</summary>
internal sealed class RangeProcessor : IProcessor<string, RangeInput, string, RangeOutput>
{
    private IProcessorContext<string, RangeOutput> _context = null!;
    private IKeyValueStore<string, RangeRecord?> _records = null!;
    private IKeyValueStore<string, RangeBackup?> _backups = null!;

    public void Init(IProcessorContext<string, RangeOutput> context)
    {
        _context = context;
        _records = context.GetStateStore<IKeyValueStore<string, RangeRecord?>>(RangeStatisticsTopology.RecordStore);
        _backups = context.GetStateStore<IKeyValueStore<string, RangeBackup?>>(RangeStatisticsTopology.BackupStore);
    }

    public void Process(in Record<string, RangeInput> record)
    {
        var range = record.Key;
        var machine = new RangeMachine(_records.Get(range) ?? RangeRecord.Empty, _backups.Get(range) ?? RangeBackup.Empty);
        var (before, heldBack) = (machine.Record, machine.Backup);
        var input = record.Value;
        var refusal = input.Membership is { } change ? machine.Membership(change) : machine.Report(input.Report!);
        if (refusal != RangeRefusal.None)
        {
            var headers = record.Headers.With("range.refusal", Encoding.UTF8.GetBytes(Reason(refusal)));
            _context.Forward(record.WithValue(new RangeOutput(null, Bytes(input))).WithHeaders(headers));
            return;
        }

        if (ReferenceEquals(machine.Record, before) && ReferenceEquals(machine.Backup, heldBack))
            return;
        _records.Put(range, machine.Record.Modules.IsEmpty ? null : machine.Record);
        _backups.Put(range, machine.Backup.Modules.IsEmpty ? null : machine.Backup);
        _context.Forward(record.WithValue(new RangeOutput(machine.Result(), null)));
    }

    private static byte[] Bytes(RangeInput input)
    {
        var bytes = new ArrayBufferWriter<byte>();
        if (input.Membership is { } change)
            RangeStatisticsSerdes.Membership.Serialize(change, bytes, default);
        else
            RangeStatisticsSerdes.Report.Serialize(input.Report!, bytes, default);
        return bytes.WrittenSpan.ToArray();
    }

    private static string Reason(RangeRefusal refusal) => refusal == RangeRefusal.UnknownRange
        ? "no module serves this range: let its modules join first"
        : "the module does not serve this range: let it join first";
}
