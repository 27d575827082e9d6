using System.Text.Json;
using MedStreams.Monitoring.Lag;

namespace MedStreams.Golden.Tests.Lag;

/// <summary>Windows and answers as they are recorded.</summary>
internal static class LagJson
{
    public static IReadOnlyDictionary<string, IReadOnlyList<PartitionWindow>>? Topics(JsonElement topics) =>
        topics.ValueKind == JsonValueKind.Null
            ? null
            : topics.EnumerateObject().ToDictionary(
                t => t.Name, IReadOnlyList<PartitionWindow> (t) => [.. t.Value.EnumerateArray().Select(Window)], StringComparer.Ordinal);

    public static PartitionWindow Window(JsonElement window) => new(
        [.. window.GetProperty("offsets").EnumerateArray().Select(Commit)],
        [.. window.GetProperty("brokerOffsets").EnumerateArray().Select(e => e.GetInt64())],
        window.GetProperty("currentLag").GetInt64(),
        Text(window, "owner"),
        Text(window, "clientId"));

    public static (string Topic, int Partition) Place(JsonElement partition) =>
        (partition.GetProperty("topic").GetString()!, partition.GetProperty("partition").GetInt32());

    public static PartitionStatus Status(JsonElement partition) =>
        Enum.Parse<PartitionStatus>(partition.GetProperty("status").GetString()!, ignoreCase: true);

    /// <summary>What differs in a partition's answer; null for nothing.</summary>
    public static string? Difference(JsonElement expected, PartitionLag actual)
    {
        if (Status(expected) != actual.Status)
            return $"{actual.Topic}-{actual.Partition} is {actual.Status} instead of {Status(expected)}";
        if (expected.GetProperty("complete").GetSingle() != actual.Complete)
            return $"complete to {actual.Complete}";
        if (expected.GetProperty("currentLag").GetInt64() != actual.CurrentLag)
            return $"current lag {actual.CurrentLag}";
        if (Text(expected, "owner") != actual.Owner || Text(expected, "clientId") != actual.ClientId)
            return "owner";
        return Commit(expected.GetProperty("start")) != Bare(actual.Start) || Commit(expected.GetProperty("end")) != Bare(actual.End)
            ? $"from {actual.Start} to {actual.End}"
            : null;
    }

    /// <summary>A window as the storage's recordings write it.</summary>
    public static string Write(PartitionWindow window) => JsonSerializer.Serialize(new
    {
        offsets = window.Commits.Select(c => c is null
            ? null
            : new { offset = c.Offset, order = c.Order, timestamp = c.Timestamp, observedTimestamp = c.ObservedTimestamp, lag = c.Lag }),
        brokerOffsets = window.EndOffsets,
        currentLag = window.CurrentLag,
        owner = window.Owner,
        clientId = window.ClientId,
    });

    private static CommitSample? Commit(JsonElement commit)
    {
        if (commit.ValueKind == JsonValueKind.Null)
            return null;
        var lag = commit.GetProperty("lag");
        return new CommitSample(
            commit.GetProperty("offset").GetInt64(),
            commit.GetProperty("timestamp").GetInt64(),
            lag.ValueKind == JsonValueKind.Null ? null : lag.GetInt64());
    }

    private static CommitSample? Bare(CommitSample? commit) => commit is null ? null : commit with { Order = 0, ObservedTimestamp = 0 };

    private static string Text(JsonElement one, string name) => one.TryGetProperty(name, out var text) ? text.GetString()! : "";
}
