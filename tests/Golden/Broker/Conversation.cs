using System.Text.Json.Nodes;
using MedStreams.Broker;
using MedStreams.Support;

namespace MedStreams.Golden.Tests.Broker;

/// <summary>One recorded conversation against a broker of its own, whose clock runs as fast as it is asked to.</summary>
internal sealed class Conversation : IAsyncDisposable
{
    private static readonly HashSet<long> NotYet = [6, 14, 15, 16, 51];
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(5);
    private readonly string _directory = Directory.CreateTempSubdirectory("medstreams-golden-").FullName;
    private readonly ManualTime _time = new();
    private readonly Bindings _bindings = new();
    private readonly Dictionary<string, RawConnection> _connections = [];
    private readonly Dictionary<string, Task<JsonObject>> _waiting = [];
    private readonly EmbeddedBroker _broker;

    private Conversation() => _broker = new EmbeddedBroker(
        new BrokerOptions
        {
            DataDirectory = _directory,
            Port = 0,
            DefaultPartitions = 4,
            OffsetsTopicPartitions = 4,
            TransactionTopicPartitions = 4,
            InitialRebalanceDelay = TimeSpan.Zero,
            MinSessionTimeout = TimeSpan.FromSeconds(1),
            Flush = FlushPolicy.OperatingSystem,
            TopicDefaults = new Dictionary<string, string>
            {
                ["retention.ms"] = "-1",
                ["segment.ms"] = "9223372036854775807",
            },
        },
        clock: _time);

    /// <summary>Answers what differs from the recording, or null.</summary>
    public static async Task<string?> ReplayAsync(JsonObject recording)
    {
        await using var conversation = new Conversation();
        await conversation._broker.StartAsync();
        foreach (var type in new[] { 0, 1 })
        {
            var find = new JsonObject { ["key"] = "any", ["keyType"] = type };
            await conversation.AskAsync("start", "FindCoordinator", 3, find);
        }

        var number = 0;
        foreach (var step in recording["steps"]!.AsArray())
        {
            if (await conversation.DoAsync((JsonObject)step!) is { } difference)
            {
                return $"step {number} ({step!["api"]} {step["version"]}): {difference}";
            }

            number++;
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections.Values)
        {
            connection.Dispose();
        }

        await _broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task<string?> DoAsync(JsonObject step)
    {
        if (step["waitMillis"] is { } wait)
        {
            await PassAsync((int)wait);
            return null;
        }

        var on = (string)step["on"]!;
        if (step["request"] is not JsonObject request)
        {
            var late = await AwaitAsync(_waiting[on]);
            _waiting.Remove(on);
            return _bindings.Difference(step["response"], late);
        }

        var (api, version) = ((string)step["api"]!, (short)step["version"]!);
        if (step["response"] is not { } expected)
        {
            var connection = await ConnectionAsync(on);
            await connection.SendAsync(api, version, _bindings.Resolve(request));
            _waiting[on] = connection.ReceiveAsync();
            return null;
        }

        var response = await AskAsync(on, api, version, _bindings.Resolve(request));
        for (var attempt = 0; attempt < 100 && IsNotYet(expected, response); attempt++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            response = await AskAsync(on, api, version, _bindings.Resolve(request));
        }

        return _bindings.Difference(expected, response);
    }

    /// <summary>Whether an error says "ask again" where the recording has something else.</summary>
    private static bool IsNotYet(JsonNode? expected, JsonNode? actual) => (expected, actual) switch
    {
        (JsonObject e, JsonObject a) => e.Any(p => a.TryGetPropertyValue(p.Key, out var value)
            && (p.Key.EndsWith("rrorCode", StringComparison.Ordinal)
                ? NotYet.Contains((long)value!) && !JsonNode.DeepEquals(p.Value, value)
                : IsNotYet(p.Value, value))),
        (JsonArray e, JsonArray a) => e.Zip(a).Any(p => IsNotYet(p.First, p.Second)),
        _ => false,
    };

    private async Task<JsonObject> AskAsync(string on, string api, short version, JsonObject request)
    {
        var connection = await ConnectionAsync(on);
        await connection.SendAsync(api, version, request);
        return await AwaitAsync(connection.ReceiveAsync());
    }

    /// <summary>Lets time pass until the answer is there; some wait for the clock.</summary>
    private async Task<JsonObject> AwaitAsync(Task<JsonObject> response)
    {
        for (var beat = 0; !response.IsCompleted && beat < 10_000; beat++)
        {
            await Task.WhenAny(response, Task.Delay(1));
            if (!response.IsCompleted)
            {
                _time.Advance(Beat);
            }
        }

        Assert.True(response.IsCompleted, "The answer did not come.");
        return await response;
    }

    private async Task PassAsync(int milliseconds)
    {
        if (_waiting.Count > 0)
        {
            // A request that gets no answer yet has to arrive before the clock goes on, and nothing says when it has.
            await Task.WhenAny([.. _waiting.Values, Task.Delay(milliseconds)]);
        }

        for (var passed = TimeSpan.Zero; passed < TimeSpan.FromMilliseconds(milliseconds); passed += Beat)
        {
            _time.Advance(Beat);
        }
    }

    private async Task<RawConnection> ConnectionAsync(string on)
    {
        if (!_connections.TryGetValue(on, out var connection))
        {
            _connections[on] = connection = await RawConnection.OpenAsync(_broker.Port);
        }

        return connection;
    }
}
