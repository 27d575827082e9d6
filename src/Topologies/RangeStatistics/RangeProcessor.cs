using System.Text;
using MedStreams.Streams;

namespace MedStreams.Topologies.RangeStatistics;

/// <summary>Runs the machine of each range on its stores; emits a result on every change, and what is refused with the reason.</summary>
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
        if (record.Key is not { } range)
        {
            Refuse(record, "the record has no key: it is the range's id");
            return;
        }

        var machine = new RangeMachine(_records.Get(range) ?? RangeRecord.Empty, _backups.Get(range) ?? RangeBackup.Empty);
        var (before, heldBack) = (machine.Record, machine.Backup);
        if (Refusal(machine, record.Value) is { } refusal)
        {
            Refuse(record, refusal);
            return;
        }

        if (ReferenceEquals(machine.Record, before) && ReferenceEquals(machine.Backup, heldBack))
            return;
        _records.Put(range, machine.Record.Modules.IsEmpty ? null : machine.Record);
        _backups.Put(range, machine.Backup.Modules.IsEmpty ? null : machine.Backup);
        _context.Forward(record.WithValue(new RangeOutput(machine.Result(), null)));
    }

    private void Refuse(in Record<string, RangeInput> record, string reason) => _context.Forward(
        record.WithValue(new RangeOutput(null, record.Value.Bytes))
            .WithHeaders(record.Headers.With("range.refusal", Encoding.UTF8.GetBytes(reason))));

    /// <summary>Hands the input to the machine; answers why it cannot be used, or null.</summary>
    private static string? Refusal(RangeMachine machine, in RangeInput input)
    {
        try
        {
            var refusal = input.Kind == RangeInputKind.Membership
                ? machine.Membership(RangeStatisticsSerdes.Membership.Deserialize(input.Bytes, default))
                : machine.Report(RangeStatisticsSerdes.Report.Deserialize(input.Bytes, default));
            return refusal switch
            {
                RangeRefusal.None => null,
                RangeRefusal.UnknownRange => "no module serves this range: let its modules join first",
                _ => "the module does not serve this range: let it join first",
            };
        }
        catch (SerializationException e)
        {
            return e.Message;
        }
    }
}
