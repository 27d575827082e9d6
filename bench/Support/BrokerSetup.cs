using System.Globalization;
using MedStreams.Broker;

namespace MedStreams.Bench.Support;

/// <summary>How a broker in a process of its own is set up.</summary>
public sealed record BrokerSetup
{
    /// <summary>Whether acknowledged records are synced to disk, in groups 2 ms apart.</summary>
    public bool Fsync { get; init; } = true;

    /// <summary>How often segments are looked for that are kept no longer; null as by default.</summary>
    public TimeSpan? RetentionCheckInterval { get; init; }

    /// <summary>How often compacted topics are looked at; null as by default.</summary>
    public TimeSpan? CompactionInterval { get; init; }

    /// <summary>The arguments of the process.</summary>
    internal IEnumerable<string> ToArguments() => [Fsync ? "fsync" : "nosync", Text(RetentionCheckInterval), Text(CompactionInterval)];

    /// <summary>The broker's options of a process with those arguments.</summary>
    internal static BrokerOptions Options(string folder, string[] arguments)
    {
        var options = new BrokerOptions
        {
            DataDirectory = folder,
            Port = 0,
            Flush = arguments[0] == "fsync" ? FlushPolicy.Grouped(TimeSpan.FromMilliseconds(2)) : FlushPolicy.OperatingSystem,
        };
        return options with
        {
            RetentionCheckInterval = Span(arguments[1]) ?? options.RetentionCheckInterval,
            CompactionInterval = Span(arguments[2]) ?? options.CompactionInterval,
        };
    }

    private static string Text(TimeSpan? span) => span?.TotalMilliseconds.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static TimeSpan? Span(string text) =>
        text == "-" ? null : TimeSpan.FromMilliseconds(double.Parse(text, CultureInfo.InvariantCulture));
}
