using System.Text.Json.Nodes;
using MedStreams.Monitoring.Page;

namespace MedStreams.Browser.Tests;

/// <summary>
/// What a page shows in a test: the state of <c>Data/state.json</c>, which tests change, and answers that are made up. What the page asks to be done is
/// noted, and nothing is done.
/// </summary>
internal sealed class Scene
{
    private static readonly string[] Names =
    [
        "instance", "cluster", "nodes", "tasks", "instances", "lag", "lagTrend", "restore", "stores", "deadLetters", "migration", "ranges", "reservations",
        "increments", "sync", "forecasts", "recommendations",
    ];

    private readonly Lock _lock = new();
    private readonly JsonObject _state = Read("state.json").AsObject();
    private int _looks;

    /// <summary>How many partitions <c>/api/lag</c> has.</summary>
    public int Partitions { get; set; } = 42;

    /// <summary>Whether rates and lag move from look to look.</summary>
    public bool Moves { get; set; } = true;

    /// <summary>After so many looks nothing moves any more.</summary>
    public int LastLook { get; set; } = int.MaxValue;

    /// <summary>How often the state was looked at.</summary>
    public int Looks => Math.Min(Volatile.Read(ref _looks), LastLook);

    /// <summary>What was asked to be done, as <c>PATTERN BODY</c>.</summary>
    public List<string> Done { get; } = [];

    /// <summary>The audit's entries.</summary>
    public StoredAudit Audit { get; } = new();

    /// <summary>Changes a part.</summary>
    public void Change(string part, Action<JsonNode> change)
    {
        lock (_lock)
            change(_state[part]!);
    }

    /// <summary>Puts another part in its place; null takes it away.</summary>
    public void Put(string part, JsonNode? value)
    {
        lock (_lock)
            _state[part] = value;
    }

    /// <summary>All of it, for a server.</summary>
    public PageContent Content() => new()
    {
        Parts = [.. Names.Select(name => new Part(this, name))],
        Resources =
        [
            new Resource("topology", _ => Read("topology.json")),
            new Resource("lag", r => Lag(r.Find("group"), (int)r.Number("from", 0), (int)r.Number("count", 100))),
            new Resource("lag/trend", r => Trend(r.Find("group"))),
            new Resource("dead-letters/{topic}", r => Letters(r.Viewer)),
        ],
        Reports = [new LagReport()],
        Actions =
        [
            new Act(this, "dead-letters/{topic}/replay", r => new JsonObject { ["replayed"] = r.Body.GetArrayLength(), ["refused"] = new JsonArray() }),
            new Act(this, "migration/{run}/pause", _ => new JsonObject { ["run"] = "1", ["state"] = "paused" }),
            new Act(this, "migration/{run}/resume", _ => new JsonObject { ["run"] = "1", ["state"] = "running" }),
            new Act(this, "migration/{run}/retry", _ => new JsonObject { ["run"] = "1", ["retried"] = 3 }),
            new Act(this, "topology/pause", _ => new JsonObject { ["isPaused"] = true }),
            new Act(this, "topology/resume", _ => new JsonObject { ["isPaused"] = false }),
        ],
    };

    private static JsonNode Read(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", file)))!;

    private static JsonObject Letters(PageViewer viewer)
    {
        var letters = Read("letters.json").AsArray();
        foreach (var letter in viewer.SeesPatientData ? letters : [])
            (letter!["key"], letter["value"]) = ("phone-1", "PatientName of line " + letter["offset"]);
        return new JsonObject { ["topic"] = "logs.dead-letter", ["isMasked"] = !viewer.SeesPatientData, ["letters"] = letters };
    }

    private JsonObject Lag(string? group, int from, int count)
    {
        var rows = new JsonArray();
        for (var i = from; i < Math.Min(Partitions, from + count); i++)
        {
            rows.Add(new JsonObject
            {
                ["cluster"] = "main",
                ["group"] = group ?? $"group-{i % 500}",
                ["topic"] = $"topic-{i / 100}",
                ["partition"] = i % 100,
                ["status"] = i == 0 ? "stop" : "ok",
                ["lag"] = Partitions - i,
                ["seconds"] = i / 10.0,
                ["committed"] = 1000,
                ["end"] = 1000 + Partitions - i,
                ["owner"] = "/10.0.0.5",
            });
        }

        return new JsonObject { ["total"] = Partitions, ["from"] = from, ["rows"] = rows };
    }

    private JsonObject Trend(string? group)
    {
        var now = DateTimeOffset.Parse("2026-11-22T03:12:05Z", null).ToUnixTimeSeconds();
        var series = new JsonArray();
        lock (_lock)
        {
            foreach (var one in _state["lag"]!["groups"]!.AsArray().Where(g => group is null || (string?)g!["group"] == group))
            {
                var lag = (int)one!["lag"]!;
                var points = Enumerable.Range(0, 120);
                series.Add(new JsonObject
                {
                    ["cluster"] = "main",
                    ["group"] = (string?)one["group"],
                    ["at"] = new JsonArray([.. points.Select(i => JsonValue.Create(now - (5 * (119 - i))))]),
                    ["lag"] = new JsonArray([.. points.Select(i => JsonValue.Create((int)(lag * (0.7 + (0.0025 * i) + (0.02 * Math.Sin(i))))))]),
                    ["seconds"] = new JsonArray([.. points.Select(_ => JsonValue.Create(1))]),
                });
            }
        }

        return new JsonObject { ["intervalSeconds"] = 5, ["series"] = series };
    }

    private JsonNode? Look(string part)
    {
        if (part == "instance")
            Interlocked.Increment(ref _looks);
        lock (_lock)
        {
            var node = _state[part]?.DeepClone();
            if (Moves && part == "nodes" && node is not null)
                Move(node, 1 + (0.12 * Math.Sin(Looks / 6.0)));
            if (Moves && part is "lagTrend" or "increments" && node is JsonObject)
                node["at"] = Screen.FixedTime.AddSeconds(Looks).ToString("yyyy-MM-ddTHH:mm:ssZ", null);
            return node;
        }
    }

    private static void Move(JsonNode nodes, double by)
    {
        foreach (var figure in nodes["nodes"]!.AsObject().Concat(nodes["topics"]!.AsObject()))
        {
            foreach (var rate in (string[])["rate", "read", "written"])
            {
                if (figure.Value![rate] is { } value)
                    figure.Value[rate] = Math.Round((double)value * by, 1);
            }
        }
    }

    private sealed class Part(Scene scene, string name) : IPagePart
    {
        public string Name => name;

        public ValueTask<object?> ReadAsync(CancellationToken cancellationToken) => new(scene.Look(name));
    }

    private sealed class Resource(string pattern, Func<PageRequest, JsonNode> answer) : IPageResource
    {
        public string Pattern => pattern;

        public ValueTask<PageReply> GetAsync(PageRequest request, CancellationToken cancellationToken) => new(PageReply.Json(answer(request)));
    }

    private sealed class Act(Scene scene, string pattern, Func<PageRequest, JsonNode> answer) : IPageAction
    {
        public string Pattern => pattern;

        public string What => pattern.Split('/')[0] + "." + pattern.Split('/')[^1];

        public string Which(PageRequest request) => "all";

        public ValueTask<PageReply> DoAsync(PageRequest request, CancellationToken cancellationToken)
        {
            lock (scene.Done)
                scene.Done.Add($"{pattern} {request.Body}");
            return new(PageReply.Json(answer(request)));
        }
    }

    private sealed class LagReport : IPageReport
    {
        public string Name => "lag";

        public string Title => "Lag of consumer groups";

        public ValueTask<PageTable> ReadAsync(CancellationToken cancellationToken) => new(new PageTable(["group", "lag"], [["exports", 7]]));
    }

    /// <summary>Keeps what is written.</summary>
    internal sealed class StoredAudit : IPageAudit
    {
        public List<AuditEntry> Entries { get; } = [];

        public Task WriteAsync(AuditEntry entry, CancellationToken cancellationToken)
        {
            lock (Entries)
                Entries.Add(entry);
            return Task.CompletedTask;
        }
    }
}
