namespace MedStreams.Bench.Support;

/// <summary>One measured figure.</summary>
/// <param name="Bench">The program, such as <c>Streams</c>.</param>
/// <param name="Workload">What was done, such as <c>passthrough</c>; with its size where that matters.</param>
/// <param name="Value">The measured value.</param>
/// <param name="Unit">Its unit, such as <c>records/s</c>.</param>
/// <param name="Baseline">The same done without us, measured in the same run and unit; null where there is nothing to compare with.</param>
/// <param name="Against">What the baseline is, in a few words; null where it is the only one of its benchmark.</param>
public sealed record Figure(
    string Bench, string Workload, double Value, string Unit, double? Baseline = null, string? Against = null)
{
    /// <summary>The value divided by the baseline; null without one. For a rate, above 1 is better; for a time, below.</summary>
    public double? Ratio => Baseline is > 0 ? Value / Baseline : null;
}
