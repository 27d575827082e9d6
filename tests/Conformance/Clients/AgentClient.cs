using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MedStreams.Conformance.Tests;

/// <summary>
/// A client in another language, in a process of its own: one request for each line that it reads, one answer for each that
/// it writes (<c>python/agent.py</c>, <c>node/agent.js</c>).
/// </summary>
internal sealed class AgentClient : KafkaClient
{
    private readonly Process _process;
    private readonly Task<string> _errors;
    private int _members;

    public AgentClient(string name, string program, string script, string servers, string? modules = null, JsonObject? security = null)
        : base(name)
    {
        var start = new ProcessStartInfo(program, [script, servers])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        start.Environment["KAFKAJS_NO_PARTITIONER_WARNING"] = "1";
        if (modules is not null)
            start.Environment["NODE_PATH"] = modules;
        if (security is not null)
            start.Environment["AGENT_SECURITY"] = security.ToJsonString();
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Asks for something and gives the answer.</summary>
    /// <param name="verb">What.</param>
    /// <param name="request">With what.</param>
    /// <param name="part">Takes what comes piece by piece before the answer.</param>
    public async Task<JsonNode?> AskAsync(string verb, JsonObject request, Action<JsonArray>? part = null)
    {
        var stop = TestContext.Current.CancellationToken;
        request["do"] = verb;
        await _process.StandardInput.WriteLineAsync(request.ToJsonString().AsMemory(), stop);
        await _process.StandardInput.FlushAsync(stop);
        while (true)
        {
            if (await _process.StandardOutput.ReadLineAsync(stop) is not { } line)
                throw new InvalidOperationException($"{Name} ended: {await _errors}");
            var answer = JsonNode.Parse(line)!;
            if (answer["error"] is { } error)
                throw new InvalidOperationException($"{Name}: {error}");
            if (answer["part"] is not JsonArray piece)
                return answer["ok"];
            part!(piece);
        }
    }

    public override Task ProduceAsync(string topic, string codec, bool idempotent, IReadOnlyList<ClientRecord> records) =>
        AskAsync("produce", new JsonObject
        {
            ["topic"] = topic,
            ["codec"] = codec,
            ["idempotent"] = idempotent,
            ["records"] = Write(records),
        });

    /// <summary>Does transactions one after the other with one producer.</summary>
    public Task TransactAsync(string id, string topic, IReadOnlyList<TransactionPart> parts)
    {
        var transactions = new JsonArray();
        foreach (var part in parts)
        {
            var transaction = new JsonObject { ["records"] = Write(part.Records), ["commit"] = part.Commit };
            if (part.Offset is { } offset)
            {
                transaction["group"] = part.Group;
                transaction["input"] = part.Input;
                transaction["offset"] = offset;
            }

            transactions.Add((JsonNode)transaction);
        }

        return AskAsync("transact", new JsonObject { ["id"] = id, ["topic"] = topic, ["transactions"] = transactions });
    }

    public override async Task<ILookup<string, ClientRecord>> ConsumeAsync(IReadOnlyDictionary<string, int> topics, bool committed)
    {
        var counts = new JsonObject(topics.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)t.Value)));
        var records = new List<(string Topic, ClientRecord Record)>();
        await AskAsync(
            "consume",
            new JsonObject { ["topics"] = counts, ["committed"] = committed },
            part => records.AddRange(part.Select(record => ((string)record!["topic"]!, Read(record)))));
        return records.ToLookup(of => of.Topic, of => of.Record);
    }

    public override async Task<IReadOnlyList<byte[]?>> RelayAsync(string group, string topic, int count)
    {
        var values = await AskAsync(
            "relay", new JsonObject { ["group"] = group, ["topic"] = topic, ["count"] = count });
        return [.. values!.AsArray().Select(v => Bytes(v))];
    }

    /// <summary>The offsets of a topic's partitions: those that a group committed, or the first ones of a time.</summary>
    public async Task<IReadOnlyList<long>> OffsetsAsync(string verb, string topic, int partitions, string? group = null, long? time = null)
    {
        var offsets = await AskAsync(verb, new JsonObject
        {
            ["topic"] = topic,
            ["partitions"] = partitions,
            ["group"] = group,
            ["time"] = time,
        });
        return offsets!.Deserialize<long[]>()!;
    }

    /// <summary>Joins a group.</summary>
    public async Task<AgentMember> JoinAsync(string group, string topic, string? strategy = null, string? instance = null)
    {
        var name = $"member {++_members}";
        var request = new JsonObject { ["name"] = name, ["group"] = group, ["topic"] = topic };
        if (strategy is not null)
            request["strategy"] = strategy;
        if (instance is not null)
            request["instance"] = instance;
        await AskAsync("join", request);
        return new AgentMember(this, name);
    }

    public override async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static JsonArray Write(IReadOnlyList<ClientRecord> records) => new([.. records.Select(r => new JsonObject
    {
        ["p"] = r.Partition,
        ["k"] = Text(r.Key),
        ["v"] = Text(r.Value),
        ["t"] = r.Timestamp,
        ["h"] = new JsonArray([.. r.Headers.Select(h => new JsonArray(h.Name, Text(h.Value)))]),
    })]);

    private static ClientRecord Read(JsonNode record) => new(
        (int)record["p"]!,
        Bytes(record["k"]),
        Bytes(record["v"]),
        [.. record["h"]!.AsArray().Select(h => ((string)h![0]!, Bytes(h[1])))],
        (long)record["t"]!,
        (long)record["o"]!);

    private static string? Text(byte[]? bytes) => bytes is null ? null : Convert.ToBase64String(bytes);

    private static byte[]? Bytes(JsonNode? node) => node is null ? null : Convert.FromBase64String((string)node!);
}

/// <summary>A member of a group in an <see cref="AgentClient"/>.</summary>
internal sealed class AgentMember(AgentClient client, string name)
{
    /// <summary>The partitions that it has, in their order, and the values that it has read.</summary>
    public async Task<(int[] Assigned, string[] Values)> StateAsync()
    {
        var state = await client.AskAsync("state", new JsonObject { ["name"] = name });
        return (
            state!["assigned"].Deserialize<int[]>()!,
            [.. state["values"]!.AsArray().Select(v => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String((string)v!)))]);
    }

    /// <summary>Commits what it has read.</summary>
    public Task CommitAsync() => client.AskAsync("commit", new JsonObject { ["name"] = name });

    public Task LeaveAsync() => client.AskAsync("leave", new JsonObject { ["name"] = name });
}
