using MedStreams.Streams;

namespace MedStreams.Topologies.Increments.Counting;

/// <summary>The third stage: counts events, and emits rows that changed.</summary>
internal sealed class IncrementProcessor(IncrementsOptions options) : IProcessor<string, LogEvent, string, IncrementRow>
{
    private IProcessorContext<string, IncrementRow> _context = null!;
    private IncrementFold _fold = null!;

    public void Init(IProcessorContext<string, IncrementRow> context)
    {
        _context = context;
        _fold = new(IncrementTimes.Of(options), new IncrementStores(context));
        if (options.EmitInterval > TimeSpan.Zero)
            context.Schedule(options.EmitInterval, PunctuationType.WallClockTime, _ => _fold.Emit(Forward));
    }

    public void Process(in Record<string, LogEvent> record)
    {
        _fold.Add(record.Key, record.Value.Lane ?? string.Empty, record.Value.Time, record.Timestamp, record.Value.Subject);
        if (options.EmitInterval == TimeSpan.Zero)
            _fold.Emit(Forward);
    }

    private void Forward(IncrementRow row) =>
        _context.Forward(new Record<string, IncrementRow>(row.ToKey(), row, Math.Max(0, _context.CurrentStreamTimeMs)));
}
