using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MedStreams.Monitoring.Lag;
using MedStreams.Support;

namespace MedStreams.Golden.Tests.Lag;

/// <summary>
/// Commits, ends, owners, deletions and time in; windows, lists and verdicts out. The debatable ones are decided as Burrow answers, but for the ends of
/// a topic, which keep their places here, and for verdicts from before, which are never given again.
/// </summary>
public sealed class LagFlowTests
{
    [Theory]
    [InlineData("storage")]
    [InlineData("flow")]
    public void Runs_are_answered_as_recorded(string kind)
    {
        var tally = new Tally($"lag {kind}");
        var cached = 0;
        foreach (var file in GoldenFolder.Files("lag", $"{kind}.*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var run in document.RootElement.GetProperty("runs").EnumerateArray())
            {
                var player = new Player(run);
                var index = 0;
                foreach (var step in run.GetProperty("steps").EnumerateArray())
                {
                    index++;
                    if (!step.TryGetProperty("expect", out _))
                        player.Apply(step);
                    else if (step.TryGetProperty("cached", out var isCached) && isCached.GetBoolean())
                        cached++;
                    else
                        tally.Count($"{run.GetProperty("name").GetString()}, step {index}", player.Ask(step));
                }
            }
        }

        tally.LeftOut(cached, "since answers are not kept");
        tally.Close();
    }

    /// <summary>One run, against the product.</summary>
    private sealed class Player
    {
        private readonly ManualTime _time = new();
        private readonly SortedDictionary<string, LagBook> _clusters = new(StringComparer.Ordinal);
        private readonly LagEvaluator _evaluator;

        public Player(JsonElement run)
        {
            var settings = run.GetProperty("settings");
            _time.Advance(DateTimeOffset.FromUnixTimeMilliseconds(run.GetProperty("startMillis").GetInt64()) - _time.GetUtcNow());
            var book = new LagBookSettings
            {
                Intervals = settings.GetProperty("intervals").GetInt32(),
                MinDistance = TimeSpan.FromSeconds(settings.GetProperty("minDistanceSeconds").GetInt64()),
                ExpireGroup = TimeSpan.FromSeconds(settings.GetProperty("expireGroupSeconds").GetInt64()),
                GroupAllowlist = Pattern(settings, "groupAllowlist"),
                GroupDenylist = Pattern(settings, "groupDenylist"),
            };
            foreach (var cluster in settings.GetProperty("clusters").EnumerateArray())
                _clusters.Add(cluster.GetString()!, new LagBook(book, _time));
            _evaluator = new LagEvaluator(LagGoldenTests.Rules(settings));
        }

        private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

        public void Apply(JsonElement step)
        {
            var op = step.GetProperty("op").GetString();
            if (op == "advance")
            {
                _time.Advance(TimeSpan.FromMilliseconds(step.GetProperty("millis").GetInt64()));
                return;
            }

            if (!_clusters.TryGetValue(Text("cluster"), out var book))
                return;
            switch (op)
            {
                case "setBrokerOffset":
                    book.SetEnd(Text("topic"), Int("partition"), Int("partitionCount"), Long("offset"));
                    break;
                case "setConsumerOffset":
                    book.SetCommit(Text("group"), Text("topic"), Int("partition"), Long("offset"), Long("order"), Long("timestamp"));
                    break;
                case "setOwner":
                    book.SetOwner(Text("group"), Text("topic"), Int("partition"), Text("owner"), Text("clientId"));
                    break;
                case "clearOwners":
                    book.ClearOwners(Text("group"));
                    break;
                case "deleteTopic":
                    book.DeleteTopic(Text("topic"));
                    break;
                case "deleteGroup" when step.TryGetProperty("topic", out var topic):
                    book.DeleteGroup(Text("group"), topic.GetString()!);
                    break;
                case "deleteGroup":
                    book.DeleteGroup(Text("group"));
                    break;
                default:
                    Assert.Fail($"an unknown step: {op}");
                    break;
            }

            string Text(string name) => step.GetProperty(name).GetString()!;

            int Int(string name) => step.GetProperty(name).GetInt32();

            long Long(string name) => step.GetProperty(name).GetInt64();
        }

        /// <summary>Asks; answers what differs from the recorded answer, null for nothing.</summary>
        public string? Ask(JsonElement step)
        {
            var book = step.TryGetProperty("cluster", out var cluster) ? _clusters.GetValueOrDefault(cluster.GetString()!) : null;
            var expected = step.GetProperty("expect");
            switch (step.GetProperty("op").GetString())
            {
                case "fetchGroup":
                    return Same(expected, Windows(book?.Windows(step.GetProperty("group").GetString()!)));
                case "fetchTopic":
                    // Ours has a place for each partition; the recorded list leaves out those whose end is not known.
                    return Same(expected, JsonSerializer.SerializeToNode(book?.Ends(step.GetProperty("topic").GetString()!)?.OfType<long>()));
                case "fetchClusters":
                    return Same(expected, JsonSerializer.SerializeToNode(_clusters.Keys));
                case "fetchGroups":
                    return Same(expected, JsonSerializer.SerializeToNode(book?.Groups));
                case "fetchTopics":
                    return Same(expected, JsonSerializer.SerializeToNode(book?.Topics));
                case "fetchGroupsOfTopic":
                    return Same(expected, JsonSerializer.SerializeToNode(book?.GroupsOf(step.GetProperty("topic").GetString()!)));
                case "evaluate":
                    var group = _evaluator.Evaluate(book?.Windows(step.GetProperty("group").GetString()!), Now);
                    return LagGoldenTests.Difference(expected, group, step.GetProperty("showAll").GetBoolean());
                default:
                    return "an unknown question";
            }
        }

        private static JsonObject? Windows(IReadOnlyDictionary<string, IReadOnlyList<PartitionWindow>>? windows) => windows is null
            ? null
            : new JsonObject(windows.Select(t => KeyValuePair.Create<string, JsonNode?>(
                t.Key, new JsonArray([.. t.Value.Select(w => JsonNode.Parse(LagJson.Write(w)))]))));

        private static string? Same(JsonElement expected, JsonNode? actual) =>
            JsonNode.DeepEquals(JsonNode.Parse(expected.GetRawText()), actual) ? null : actual?.ToJsonString() ?? "null";

        private static Regex? Pattern(JsonElement settings, string name) =>
            settings.GetProperty(name).GetString() is { Length: > 0 } text ? new Regex(text, RegexOptions.NonBacktracking) : null;
    }
}
