using System.Globalization;
using System.Text.Json;

namespace MedStreams.Bench.Support;

/// <summary>
/// Writes figures to standard output as they come: with <c>--json</c> among the arguments one JSON object a line, and nothing
/// else; otherwise lines for people. What else a benchmark has to say goes to standard error.
/// </summary>
public sealed class Report
{
    private const string Heading =
        "benchmark  workload                                                      value  unit                      baseline    ratio";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly TextWriter _output;
    private readonly bool _json;
    private Figure? _last;

    /// <summary>A report on standard output, in the form that the arguments ask for.</summary>
    public Report(IEnumerable<string> args)
        : this(Console.Out, args.Contains("--json", StringComparer.Ordinal))
    {
    }

    /// <summary>A report somewhere else.</summary>
    public Report(TextWriter output, bool json) => (_output, _json) = (output, json);

    /// <summary>Writes one figure.</summary>
    public void Add(Figure figure)
    {
        if (!_json && _last is null)
            _output.WriteLine(Heading);
        _output.WriteLine(_json ? ToJson(figure) : ToText(figure, _last));
        _output.Flush();
        _last = figure;
    }

    /// <summary>Says what is going on, on standard error.</summary>
    public static void Progress(string line) => Console.Error.WriteLine(line);

    private static string ToJson(Figure figure) => JsonSerializer.Serialize(
        new
        {
            figure.Bench,
            figure.Workload,
            Value = Rounded(figure.Value),
            figure.Unit,
            Baseline = figure.Baseline is { } baseline ? Rounded(baseline) : (double?)null,
            Ratio = figure.Ratio is { } ratio ? Rounded(ratio) : (double?)null,
            figure.Against,
        },
        Json);

    // A workload's name stands before its first figure only.
    private static string ToText(Figure figure, Figure? last)
    {
        var isSame = figure.Bench == last?.Bench && figure.Workload == last.Workload;
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{(isSame ? "" : figure.Bench),-10} {(isSame ? "" : figure.Workload),-54} {Shown(figure.Value),12}  {figure.Unit,-22}");
        return figure.Ratio is { } ratio
            ? line + string.Create(CultureInfo.InvariantCulture, $" {Shown(figure.Baseline!.Value),11} {ratio.ToString(ratio < 0.1 ? "0.0###" : "0.00", CultureInfo.InvariantCulture),8}  {figure.Against}").TrimEnd()
            : line.TrimEnd();
    }

    /// <summary>More than four significant digits, or parts of a large number, would be noise.</summary>
    private static double Rounded(double value) =>
        value is 0 or >= 1000 ? Math.Round(value) : Math.Round(value, Math.Clamp(3 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 15));

    private static string Shown(double value) =>
        Rounded(value).ToString(value >= 1000 ? "#,##0" : "0.######", CultureInfo.InvariantCulture);
}
