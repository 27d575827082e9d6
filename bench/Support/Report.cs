using System.Globalization;
using System.Text.Json;

namespace MedStreams.Bench.Support;

/// <summary>
/// Writes figures to standard output as they come: with <c>--json</c> among the arguments one JSON object a line, and nothing
/// else; otherwise lines for people. What else a benchmark has to say goes to standard error.
/// </summary>
public sealed class Report
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly TextWriter _output;
    private readonly bool _json;

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
        _output.WriteLine(_json ? ToJson(figure) : ToText(figure));
        _output.Flush();
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

    private static string ToText(Figure figure)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{figure.Bench,-10} {figure.Workload,-52} {Shown(figure.Value),14} {figure.Unit}");
        return figure.Ratio is { } ratio
            ? line + string.Create(CultureInfo.InvariantCulture, $"   ({ratio:0.00##} of {figure.Against ?? "the baseline"}, {Shown(figure.Baseline!.Value)} {figure.Unit})")
            : line;
    }

    /// <summary>More than four significant digits, or parts of a large number, would be noise.</summary>
    private static double Rounded(double value) =>
        value is 0 or >= 1000 ? Math.Round(value) : Math.Round(value, Math.Clamp(3 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 15));

    private static string Shown(double value) =>
        Rounded(value).ToString(value >= 1000 ? "#,##0" : "0.######", CultureInfo.InvariantCulture);
}
