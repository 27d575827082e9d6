using System.Text.Json;
using MedStreams.Broker;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Terminal;

namespace MedStreams.Cli.Commands.Broker;

/// <summary><c>broker --check</c>: verifies a data directory while no broker uses it, and says what the next start would do.</summary>
internal static class BrokerCheck
{
    /// <summary>The next start would recover: a list says what it would change.</summary>
    private const int Recoverable = 1;

    /// <summary>Something is damaged that no recovery repairs, or that it would lose records for.</summary>
    private const int Damaged = 2;

    /// <summary>Runs it.</summary>
    /// <exception cref="CliException">The directory cannot be checked; the exit code is that of a check that did not hold.</exception>
    public static int Run(CommandContext context, string directory, CancellationToken stop)
    {
        var path = Path.GetFullPath(directory, context.Environment.WorkingDirectory);
        var defaults = context.Settings.Entries(BrokerSettings.TopicDefaults)
            .ToDictionary(e => DottedName.Of(e.Key), e => e.Value, StringComparer.Ordinal);
        DataDirectoryReport report;
        try
        {
            report = DataDirectoryCheck.Run(path, defaults, partition => Progress(context, partition), stop);
        }
        catch (Exception e) when (e is BrokerException or IOException or UnauthorizedAccessException)
        {
            throw CliException.CheckFailed(e.Message);
        }

        if (context.Output.Json)
            context.Output.WriteJson(json => Write(json, report));
        else
            Write(context.Output, report);
        context.Say(Words(report));
        return Result(report);
    }

    private static int Result(DataDirectoryReport report) =>
        !report.IsSound || report.WouldLoseRecords ? Damaged
        : report.WasStoppedInOrder && report.Changes.Count == 0 ? ExitCodes.Done
        : Recoverable;

    private static void Progress(CommandContext context, PartitionReport partition)
    {
        if (context.Verbose)
            context.Say($"{partition.Topic}-{partition.Partition}: {partition.Segments.Sum(s => s.Bytes)} bytes read");
    }

    private static void Write(CliOutput output, DataDirectoryReport report)
    {
        var partitions = new Table("kind", "partition", "segments", "bytes", "batches", "records", "first", "next", "stable", "readFrom");
        foreach (var partition in report.Partitions)
        {
            partitions.Add(
                "partition",
                $"{partition.Topic}-{partition.Partition}",
                partition.Segments.Count,
                partition.Segments.Sum(s => s.Bytes),
                partition.Segments.Sum(s => s.Batches),
                partition.Segments.Sum(s => s.Records),
                partition.LogStartOffset,
                partition.NextOffset,
                partition.LastStableOffset,
                partition.RecoveryPoint);
        }

        output.Write(partitions);
        var findings = new Table("kind", "file", "at", "bytes", "what");
        foreach (var (partition, fault) in report.Partitions.SelectMany(p => p.Faults.Select(f => (p, f))))
            findings.Add("damage", $"{partition.Topic}-{partition.Partition}/{fault.File}", fault.Position, null, fault.What);
        foreach (var change in report.Changes)
            findings.Add(change.WholeBatches > 0 ? "loss" : "change", change.Path, null, change.Bytes, What(change));
        if (findings.Rows.Count > 0)
            output.Write(findings);
    }

    private static string What(PlannedChange change)
    {
        var what = change.Kind switch
        {
            PlannedChangeKind.Removed => "would be removed",
            PlannedChangeKind.Cut => "its end would be cut off",
            PlannedChangeKind.Rewritten => "would be written anew",
            _ => "would be made",
        };
        return change.WholeBatches > 0 ? $"{what}, and {change.WholeBatches} whole batches with it" : what;
    }

    private static string Words(DataDirectoryReport report) => Result(report) switch
    {
        ExitCodes.Done => $"{report.Directory} is sound; the next start has nothing to recover.",
        Recoverable => $"{report.Directory} is sound; the next start recovers it{(report.Changes.Count == 0 ? "" : " as listed")}. The broker before was {(report.WasStoppedInOrder ? "" : "not ")}stopped in order.",
        _ when report.StartFailure is { } failure => $"{report.Directory} is damaged: a broker would not start with it. {failure}",
        _ when !report.IsSound => $"{report.Directory} is damaged, as listed: a broker would serve what it cannot read. Copy it before anything else.",
        _ => $"{report.Directory} is damaged, as listed: the next start would lose whole batches. Copy it before a broker starts with it.",
    };

    private static void Write(Utf8JsonWriter json, DataDirectoryReport report)
    {
        json.WriteStartObject();
        json.WriteString("result", Result(report) switch { ExitCodes.Done => "clean", Recoverable => "recoverable", _ => "damaged" });
        json.WriteString("directory", report.Directory);
        json.WriteString("clusterId", report.ClusterId);
        json.WriteBoolean("stoppedInOrder", report.WasStoppedInOrder);
        json.WriteString("startFailure", report.StartFailure);
        json.WriteStartArray("partitions");
        foreach (var partition in report.Partitions)
            Write(json, partition);
        json.WriteEndArray();
        json.WriteStartArray("changes");
        foreach (var change in report.Changes)
        {
            json.WriteStartObject();
            json.WriteString("path", change.Path);
            json.WriteString("change", Name(change.Kind.ToString()));
            json.WriteNumber("bytes", change.Bytes);
            json.WriteNumber("wholeBatches", change.WholeBatches);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, PartitionReport partition)
    {
        json.WriteStartObject();
        json.WriteString("topic", partition.Topic);
        json.WriteNumber("partition", partition.Partition);
        json.WriteNumber("first", partition.LogStartOffset);
        json.WriteNumber("next", partition.NextOffset);
        json.WriteNumber("stable", partition.LastStableOffset);
        json.WriteNumber("readFrom", partition.RecoveryPoint);
        json.WriteStartArray("segments");
        foreach (var segment in partition.Segments)
        {
            json.WriteStartObject();
            json.WriteNumber("baseOffset", segment.BaseOffset);
            json.WriteNumber("bytes", segment.Bytes);
            json.WriteNumber("batches", segment.Batches);
            json.WriteNumber("records", segment.Records);
            json.WriteNumber("maxTimestamp", segment.MaxTimestamp);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("faults");
        foreach (var fault in partition.Faults)
        {
            json.WriteStartObject();
            json.WriteString("file", fault.File);
            json.WriteNumber("at", fault.Position);
            json.WriteString("what", fault.What);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Name(string value) => char.ToLowerInvariant(value[0]) + value[1..];
}
