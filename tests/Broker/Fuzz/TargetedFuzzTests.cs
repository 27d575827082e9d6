using System.Globalization;
using System.Net;
using System.Reflection;
using MedStreams.Broker.Api;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Server;
using MedStreams.Broker.Tests.Security;
using MedStreams.Broker.Tests.Storage;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Tests.Fuzz;

/// <summary>
/// Requests that parse, about topics, groups and producers that there are, nearly right and slightly spoiled, many at a time
/// and straight into the handlers. Each is answered so that a client can read it, or refused as malformed; and what was
/// accepted can be read back by a broker that starts on what was written. Environment variables as for <see cref="RequestFuzzTests"/>.
/// </summary>
public sealed class TargetedFuzzTests
{
    private const int RequestsPerLife = 3_000;
    private const int AtATime = 40;
    private const int DefaultSeed = 20_261_121;

    private static readonly string[] SaslNames = ["SaslHandshake", "SaslAuthenticate"];

    private static readonly MethodInfo Read = typeof(MessageCodec).GetMethod(nameof(MessageCodec.TryRead), BindingFlags.Static | BindingFlags.Public)!;

    [Fact]
    public async Task Requests_about_what_there_is_are_answered_and_leave_what_can_be_read_back()
    {
        var seconds = RequestFuzzTests.Number("MEDSTREAMS_FUZZ_SECONDS", 3);
        var seed = RequestFuzzTests.Number("MEDSTREAMS_FUZZ_SEED", DefaultSeed);
        var until = TimeProvider.System.GetTimestamp() + (seconds * TimeProvider.System.TimestampFrequency);
        var lives = 0;
        var answers = new Dictionary<ApiKey, (int All, int Good)>();
        for (; lives < 3 || TimeProvider.System.GetTimestamp() < until; lives++)
        {
            foreach (var (api, (all, good)) in await LiveAsync(seed + lives))
            {
                var before = answers.GetValueOrDefault(api);
                answers[api] = (before.All + all, before.Good + good);
            }
        }

        // Of every API some requests must have meant what there is, or this test would test nothing.
        Assert.Equal([], ApiTable.All.Where(api => answers.GetValueOrDefault(api.Key).Good == 0).Select(api => api.Name).Except(SaslNames));
        TestContext.Current.SendDiagnosticMessage(
            "fuzz: {0} requests; answered without an error: {1}",
            lives * RequestsPerLife,
            string.Join(", ", answers.Select(answer => $"{answer.Key} {answer.Value.Good}/{answer.Value.All}")));
    }

    private static async Task<Dictionary<ApiKey, (int All, int Good)>> LiveAsync(int seed)
    {
        var disk = new SimulatedDisk();
        var logs = new RecordedLogs();
        using var loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Error).AddProvider(logs));
        var requests = new TargetedRequests(seed);
        var running = await StartAsync(disk, loggers);
        try
        {
            foreach (var topic in new[] { TargetedRequests.Topic, TargetedRequests.Compacted })
            {
                var configs = new Dictionary<string, string> { ["segment.bytes"] = "2000", ["cleanup.policy"] = topic == TargetedRequests.Compacted ? "compact" : "delete" };
                running.Context.Logs.GetOrCreate(topic, 3, configs);
            }

            using var ending = new CancellationTokenSource();
            var pending = new List<Task>();
            for (var i = 0; i < RequestsPerLife; i++)
            {
                var (frame, response, version) = requests.Next();
                var name = string.Create(CultureInfo.InvariantCulture, $"seed {seed}, request {i}");
                pending.Add(AskAsync(running, frame, response, version, requests, name, ending.Token));
                if (pending.Count >= AtATime)
                {
                    await Task.WhenAny(Task.WhenAll(pending), Task.Delay(TimeSpan.FromMilliseconds(5), TestContext.Current.CancellationToken));
                    foreach (var done in pending.Where(task => task.IsCompleted))
                        await done;
                    pending.RemoveAll(task => task.IsCompleted);
                }
            }

            await ending.CancelAsync();
            await Task.WhenAll(pending).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
        finally
        {
            await running.DisposeAsync();
        }

        Assert.True(logs.Lines.Count == 0, $"seed {seed}: {string.Join('\n', logs.Lines)}");

        // What was written is read back: coordinators, producers, configurations, rules.
        await (await StartAsync(disk.Kill(), loggers)).DisposeAsync();
        Assert.True(logs.Lines.Count == 0, $"seed {seed}, after the restart: {string.Join('\n', logs.Lines)}");
        return requests.Answers;
    }

    private static Task<RunningBroker> StartAsync(SimulatedDisk disk, ILoggerFactory loggers) => RunningBroker.StartAsync(
        new BrokerOptions
        {
            DataDirectory = "/data",
            Port = 0,
            InitialRebalanceDelay = TimeSpan.Zero,
            MinSessionTimeout = TimeSpan.FromMilliseconds(1),
            TransactionAbortInterval = TimeSpan.FromMilliseconds(50),
            CompactionInterval = TimeSpan.FromMilliseconds(50),
            RetentionCheckInterval = TimeSpan.FromMilliseconds(50),
            Flush = FlushPolicy.OperatingSystem,
            Authorization = new AuthorizationOptions { AllowEveryoneIfNoAclFound = true, SuperUsers = ["User:ANONYMOUS"] },
        },
        disk,
        TimeProvider.System,
        loggers.CreateLogger("broker"),
        TestContext.Current.CancellationToken);

    private static async Task AskAsync(
        RunningBroker broker, byte[] frame, Type responseType, short version, TargetedRequests requests, string name, CancellationToken ending)
    {
        try
        {
            if (!RequestFrame.TryRead(frame, out var request) || !request.IsServed)
                return;
            var end = new IPEndPoint(IPAddress.Loopback, 9092);
            var access = broker.Context.Security.AccessOf(Principal.Anonymous, "127.0.0.1");
            var listener = broker.Server.EndPoints[0].Listener;
            using var context = new RequestContext(request, new ConnectionContext(1, listener, end, end, access));
            using var answer = await broker.Dispatcher.HandleAsync(context, ending);
            if (answer is null || request.Header.RequestApiVersion != version || ApiTable.Find(request.Header.RequestApiKey)?.Key != request.Api!.Key)
                return;
            Check(answer, responseType, request, requests);
        }
        catch (Exception exception) when (exception is MalformedRequestException or OperationCanceledException)
        {
            // The connection would be closed, or the broker stops.
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{name} {Convert.ToHexString(frame)}", exception);
        }
    }

    /// <summary>The answer can be read, with every byte, by who asked.</summary>
    private static void Check(FrameWriter frame, Type responseType, in RequestFrame request, TargetedRequests requests)
    {
        var expected = responseType.GetProperty(nameof(IApiMessage.Api), BindingFlags.Static | BindingFlags.Public)!.GetValue(null);
        if (!Equals(expected, request.Header.RequestApiKey))
            return;
        var answer = frame.ToArray();
        var header = sizeof(int) + (request.Api!.ResponseHeaderVersion(request.Header.RequestApiVersion) == 0 ? 4 : 5);
        object?[] arguments = [new ReadOnlyMemory<byte>(answer, header, answer.Length - header), request.Header.RequestApiVersion, null, null];
        Assert.True((bool)Read.MakeGenericMethod(responseType).Invoke(null, arguments)!, "The answer cannot be read.");
        Assert.Equal(answer.Length - header, (int)arguments[3]!);
        lock (requests)
            requests.Learn(request.Header.RequestApiKey, (IResponse)arguments[2]!, frame.FirstError is ErrorCode.None);
    }
}
