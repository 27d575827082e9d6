namespace MedStreams.Cli.Demo;

/// <summary>One log record on its way into <c>logs.raw</c>.</summary>
/// <param name="Source">The declared source, the header <c>medstreams.source</c>.</param>
/// <param name="Key">The record's key: the machine that wrote it, so that its records stay in order.</param>
/// <param name="Timestamp">The record's own time in epoch milliseconds; counts where the text names none.</param>
/// <param name="Value">The bytes of the line or message.</param>
internal readonly record struct DemoRecord(string Source, string Key, long Timestamp, byte[] Value);
