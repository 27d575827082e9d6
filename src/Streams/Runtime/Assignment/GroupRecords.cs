using System.Text.Json;
using System.Text.Json.Serialization;

namespace MedStreams.Streams.Runtime;

/// <summary>The records of the assignment topic as JSON, so that tools can read them. What a later version adds is left aside.</summary>
internal static partial class GroupRecords
{
    private const int Version = 1;

    public static byte[] Write(GroupDecision decision)
    {
        var members = decision.Members.OrderBy(m => m.Key).Select(m =>
        {
            var tasks = decision.Assignment.Members.GetValueOrDefault(m.Key) ?? MemberTasks.None;
            return new MemberText
            {
                Instance = m.Key.Instance,
                Thread = m.Key.Thread,
                MemberId = m.Value.MemberId,
                Endpoint = m.Value.Endpoint,
                Active = Write(tasks.Active),
                Standby = Write(tasks.Standby),
                Warmup = Write(tasks.Warmup),
            };
        });
        var targets = decision.Assignment.Targets.GroupBy(t => t.Value, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => Write(g.Select(t => t.Key).Order()), StringComparer.Ordinal);
        return JsonSerializer.SerializeToUtf8Bytes(
            new DecisionText
            {
                Version = Version,
                Generation = decision.Generation,
                After = decision.After,
                Members = [.. members],
                Targets = targets,
                Topics = decision.Topics.ToDictionary(StringComparer.Ordinal),
                Shutdown = decision.IsShutdown,
            },
            Json.Default.DecisionText);
    }

    public static byte[] Write(IReadOnlyDictionary<TaskId, long> positions) => JsonSerializer.SerializeToUtf8Bytes(
        new PositionsText
        {
            Version = Version,
            Positions = positions.OrderBy(p => p.Key).ToDictionary(p => p.Key.ToString(), p => p.Value, StringComparer.Ordinal),
        },
        Json.Default.PositionsText);

    /// <summary>Reads a decision; null where these bytes are none that this version understands.</summary>
    public static GroupDecision? ReadDecision(ReadOnlySpan<byte> bytes)
    {
        if (Read(bytes, Json.Default.DecisionText) is not { Version: Version } text)
            return null;
        var members = text.Members.ToDictionary(m => new MemberName(m.Instance, m.Thread));
        return new GroupDecision(
            text.Generation,
            members.ToDictionary(m => m.Key, m => new DecidedMember(m.Value.MemberId, m.Value.Endpoint)),
            new GroupAssignment(
                members.ToDictionary(
                    m => m.Key, m => new MemberTasks(Read(m.Value.Active), Read(m.Value.Standby), Read(m.Value.Warmup))),
                text.Targets.SelectMany(t => Read(t.Value).Select(task => (task, t.Key))).ToDictionary(t => t.task, t => t.Key)),
            text.Topics)
        {
            After = text.After,
            IsShutdown = text.Shutdown,
        };
    }

    /// <summary>Reads positions; null where these bytes are none that this version understands.</summary>
    public static IReadOnlyDictionary<TaskId, long>? ReadPositions(ReadOnlySpan<byte> bytes) =>
        Read(bytes, Json.Default.PositionsText) is { Version: Version } text
            ? text.Positions.Where(p => TaskId.TryParse(p.Key, out _)).ToDictionary(p => TaskId.Parse(p.Key), p => p.Value)
            : null;

    private static string[] Write(IEnumerable<TaskId> tasks) => [.. tasks.Select(t => t.ToString())];

    private static TaskId[] Read(string[] tasks) => [.. tasks.Where(t => TaskId.TryParse(t, out _)).Select(TaskId.Parse)];

    private static T? Read<T>(ReadOnlySpan<byte> bytes, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, type);
        }
        catch (JsonException)
        {
            return null; // a stranger wrote into the topic
        }
    }

    internal sealed record DecisionText
    {
        public int Version { get; init; }

        public int Generation { get; init; }

        public int After { get; init; }

        public MemberText[] Members { get; init; } = [];

        public Dictionary<string, string[]> Targets { get; init; } = [];

        public Dictionary<string, int> Topics { get; init; } = [];

        public bool Shutdown { get; init; }
    }

    internal sealed record MemberText
    {
        public string Instance { get; init; } = "";

        public int Thread { get; init; }

        public string MemberId { get; init; } = "";

        public string Endpoint { get; init; } = "";

        public string[] Active { get; init; } = [];

        public string[] Standby { get; init; } = [];

        public string[] Warmup { get; init; } = [];
    }

    internal sealed record PositionsText
    {
        public int Version { get; init; }

        public Dictionary<string, long> Positions { get; init; } = [];
    }

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
    [JsonSerializable(typeof(DecisionText))]
    [JsonSerializable(typeof(PositionsText))]
    private sealed partial class Json : JsonSerializerContext;
}
