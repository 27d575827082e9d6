using System.Text.Json;
using MedStreams.Monitoring.Lag;

namespace MedStreams.Golden.Tests.Lag;

/// <summary>
/// Windows of commits, and what Burrow's evaluator says of them. The debatable ones are decided as Burrow answers, since it is what people compare with;
/// of several partitions with the largest lag, where Burrow names one by chance, the first by name is named.
/// </summary>
public sealed class LagGoldenTests
{
    [Fact]
    public void Partitions_are_judged_as_recorded()
    {
        var tally = new Tally("lag partitions");
        foreach (var file in GoldenFolder.Files("lag", "partition.*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var one in document.RootElement.GetProperty("cases").EnumerateArray())
            {
                var actual = new LagEvaluator(Rules(one)).Evaluate(
                    "t", 0, LagJson.Window(one.GetProperty("partition")), one.GetProperty("nowMillis").GetInt64());
                tally.Count(one.GetProperty("name").GetString()!, LagJson.Difference(one.GetProperty("expect"), actual));
            }
        }

        tally.Close();
    }

    [Fact]
    public void Groups_are_judged_as_recorded()
    {
        var tally = new Tally("lag groups");
        foreach (var file in GoldenFolder.Files("lag", "group.*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var evaluator = new LagEvaluator(Rules(document.RootElement.GetProperty("settings")));
            foreach (var one in document.RootElement.GetProperty("cases").EnumerateArray())
            {
                var group = evaluator.Evaluate(LagJson.Topics(one.GetProperty("topics")), one.GetProperty("nowMillis").GetInt64());
                tally.Count(
                    one.GetProperty("name").GetString()!,
                    Difference(one.GetProperty("expectAll"), group, showsAll: true) ?? Difference(one.GetProperty("expectNotOk"), group, showsAll: false));
            }
        }

        tally.Close();
    }

    internal static LagRules Rules(JsonElement settings) => new()
    {
        MinimumComplete = settings.GetProperty("minimumComplete").GetSingle(),
        AllowedLag = settings.GetProperty("allowedLag").GetInt64(),
    };

    /// <summary>What differs between a group's recorded answer and ours; null for nothing.</summary>
    /// <param name="expected">The recorded answer.</param>
    /// <param name="group">Ours.</param>
    /// <param name="showsAll">Whether the recorded answer holds all partitions, or those that are not OK.</param>
    internal static string? Difference(JsonElement expected, GroupLag group, bool showsAll)
    {
        if (!string.Equals(expected.GetProperty("status").GetString(), group.Status.ToString(), StringComparison.OrdinalIgnoreCase))
            return $"{group.Status}";
        if (expected.GetProperty("totalLag").GetInt64() != group.TotalLag || expected.GetProperty("partitionCount").GetInt32() != group.Partitions.Count)
            return $"{group.TotalLag} in {group.Partitions.Count} partitions";
        if (expected.GetProperty("complete").GetSingle() != group.Complete)
            return $"complete to {group.Complete}";
        var recorded = expected.GetProperty("partitions").EnumerateArray().ToList();
        var shown = group.Partitions.Where(p => showsAll || p.Status != PartitionStatus.Ok).ToList();
        if (!recorded.Select(LagJson.Place).SequenceEqual(shown.Select(p => (p.Topic, p.Partition))))
            return "other partitions";
        return recorded.Zip(shown, LagJson.Difference).FirstOrDefault(d => d is not null) ?? MaxLag(expected, group.MaxLag);
    }

    private static string? MaxLag(JsonElement expected, PartitionLag? actual)
    {
        JsonElement[] right = expected.TryGetProperty("maxLagAnyOf", out var any)
            ? [.. any.EnumerateArray()]
            : expected.GetProperty("maxLag") is { ValueKind: JsonValueKind.Object } only ? [only] : [];
        if (right.Length == 0)
            return actual is null ? null : "a largest lag without partitions";
        var first = right.MinBy(r => LagJson.Place(r).Topic, StringComparer.Ordinal);
        return actual is not null && LagJson.Place(first) == (actual.Topic, actual.Partition)
            && first.GetProperty("currentLag").GetInt64() == actual.CurrentLag && LagJson.Status(first) == actual.Status
            ? null
            : $"the largest lag is {actual}";
    }
}
