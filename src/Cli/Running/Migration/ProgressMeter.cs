using System.Globalization;
using MedStreams.Sinks.Migration;

namespace MedStreams.Cli.Running.Migration;

/// <summary>Rates of the last minute, and from them when a run will be over. Not for several threads.</summary>
internal sealed class ProgressMeter(TimeProvider clock)
{
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(1);
    private readonly Queue<(long At, RunProgress Progress)> _seen = new();

    /// <summary>Takes how far it is now.</summary>
    public void Add(RunProgress progress)
    {
        _seen.Enqueue((clock.GetTimestamp(), progress));
        while (_seen.Count > 2 && clock.GetElapsedTime(_seen.Peek().At) > Span)
            _seen.Dequeue();
    }

    /// <summary>Studies that came to an end in a second, of late.</summary>
    public double Studies => Rate(p => p.Migrated + p.Skipped + p.Failed);

    /// <summary>Objects that were stored in a second, of late.</summary>
    public double Objects => Rate(p => p.Objects);

    /// <summary>Bytes that were stored in a second, of late.</summary>
    public double Bytes => Rate(p => p.Bytes);

    /// <summary>How long the studies that are known and open will take at that rate; null: nobody knows.</summary>
    public TimeSpan? Left => _seen.Count > 0 && Studies is var rate and > 0 && _seen.Last().Progress.Open / rate is var seconds && seconds < TimeSpan.MaxValue.TotalSeconds
        ? TimeSpan.FromSeconds(Math.Round(seconds))
        : null;

    /// <summary>A line for people.</summary>
    public string Line(RunProgress p) => string.Create(
        CultureInfo.InvariantCulture,
        $"{p.Migrated + p.Skipped} of {p.Known}{(p.WindowsOpen > 0 ? "+" : "")} studies migrated, {p.Running} on their way, {p.Failed} failed; {p.Objects} objects, {Size(p.Bytes)}; "
        + $"{Studies:0.##} studies/s, {Objects:0.#} objects/s, {Size((long)Bytes)}/s; {(Left is { } left ? $"{left} left" : "time left not known yet")}"
        + $"{(p.WindowsOpen > 0 ? $"; {p.WindowsDone} of {p.WindowsDone + p.WindowsOpen} steps of the source asked for" : "")}");

    /// <summary>Bytes for people.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.##} GB"),
    };

    private double Rate(Func<RunProgress, long> of)
    {
        if (_seen.Count < 2)
            return 0;
        var (first, last) = (_seen.Peek(), _seen.Last());
        var seconds = clock.GetElapsedTime(first.At, last.At).TotalSeconds;
        return seconds <= 0 ? 0 : Math.Max(0, of(last.Progress) - of(first.Progress)) / seconds;
    }
}
