using System.Diagnostics;
using MedStreams.Streams.Tests.Clients;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Async;

/// <summary>Asynchronous nodes with the real clients against the embedded broker, kill -9 included.</summary>
public sealed class AsyncOnBrokerTests(BrokerFixture broker) : IClassFixture<BrokerFixture>, IDisposable
{
    private const string ServersVariable = "MEDSTREAMS_TEST_ASYNC_SERVERS";
    private const string AppVariable = "MEDSTREAMS_TEST_ASYNC_APP";
    private const string StateVariable = "MEDSTREAMS_TEST_ASYNC_STATE";
    private const string Static = "one"; // a process that was killed comes back at once
    private const int Keys = 100;
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly string _app = $"async-{Guid.NewGuid():N}";

    public void Dispose() => Directory.Delete(_stateDir, recursive: true);

    [Theory]
    [InlineData(ProcessingGuarantee.AtLeastOnce)]
    [InlineData(ProcessingGuarantee.ExactlyOnceV2)]
    public async Task Every_record_comes_out_once_and_in_the_order_of_its_key_although_calls_fail(ProcessingGuarantee guarantee)
    {
        const int records = 4000;
        await broker.CreateTopicsAsync(4, $"{_app}-in", $"{_app}-out");
        broker.Produce($"{_app}-in", Records(records));
        await using var streams = await StartAsync(_app, broker.BootstrapServers, _stateDir, guarantee, static _ => { });

        Check(broker.Read($"{_app}-out", records), records);
        await Eventually.Holds(() => broker.Lag(_app, $"{_app}-in") == 0);
    }

    [Fact]
    public async Task Nothing_is_lost_or_doubled_while_instances_come_and_go_with_calls_in_flight()
    {
        const int rounds = 4, perRound = 1000;
        await broker.CreateTopicsAsync(4, $"{_app}-in", $"{_app}-out");
        await using var one = await StartAsync(_app, broker.BootstrapServers, Path.Combine(_stateDir, "one"), ProcessingGuarantee.ExactlyOnceV2, static _ => { });
        KafkaStreams? two = null;
        for (var round = 0; round < rounds; round++)
        {
            broker.Produce($"{_app}-in", Records(rounds * perRound).Skip(round * perRound).Take(perRound));
            if (round % 2 == 0)
                two = await StartAsync(_app, broker.BootstrapServers, Path.Combine(_stateDir, "two"), ProcessingGuarantee.ExactlyOnceV2, static _ => { });
            else
                await two!.DisposeAsync();
        }

        Check(broker.Read($"{_app}-out", rounds * perRound), rounds * perRound);
    }

    [Fact]
    public async Task A_process_killed_in_the_middle_of_calls_makes_them_again_and_their_results_show_once()
    {
        const int records = 3000;
        await broker.CreateTopicsAsync(4, $"{_app}-in", $"{_app}-out");
        broker.Produce($"{_app}-in", Records(records));
        var calls = 0;
        for (var kill = 0; kill < 3; kill++)
            calls += await RunAndKillAsync(400 + (kill * 150));

        await using var last = await StartAsync(
            _app, broker.BootstrapServers, _stateDir, ProcessingGuarantee.ExactlyOnceV2, _ => Interlocked.Increment(ref calls), Static);
        Check(broker.Read($"{_app}-out", records), records);
        Assert.True(calls > records, $"{calls} calls: none was in flight when the process was killed");
    }

    /// <summary>Runs in the process that is killed.</summary>
    [Fact(Explicit = true)]
    public async Task Runner()
    {
        await using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        await using var streams = await StartAsync(
            Environment.GetEnvironmentVariable(AppVariable)!,
            Environment.GetEnvironmentVariable(ServersVariable)!,
            Environment.GetEnvironmentVariable(StateVariable)!,
            ProcessingGuarantee.ExactlyOnceV2,
            value =>
            {
                lock (output)
                    output.WriteLine($"call {value}");
            },
            Static);
        await streams.Completion;
    }

    private static IEnumerable<(string Key, string Value)> Records(int count) =>
        Enumerable.Range(0, count).Select(static i => ($"k{i % Keys}", $"v{i}"));

    private static void Check(IReadOnlyList<(string Key, string Value)> read, int records) => Assert.All(
        read.GroupBy(static r => r.Key),
        g => Assert.Equal(
            Records(records).Where(r => r.Key == g.Key).Select(static r => r.Value.ToUpperInvariant()), g.Select(static r => r.Value)));

    private static async Task<KafkaStreams> StartAsync(
        string app, string servers, string stateDir, ProcessingGuarantee guarantee, Action<string> onCall, string? groupInstance = null)
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>($"{app}-in")
            .ProcessAsync<string, string>(
                async (record, context) =>
                {
                    onCall(record.Value);
                    await Task.Delay(record.Value.Length * 3, context.CancellationToken);
                    return context.Attempt == 1 && record.Value.EndsWith('7')
                        ? throw new InvalidOperationException()
                        : [record.WithValue(record.Value.ToUpperInvariant())];
                },
                new AsyncOptions { MaxConcurrency = 50, Retry = new AsyncRetry { Delay = TimeSpan.FromMilliseconds(20) } })
            .To($"{app}-out");
        var streams = new KafkaStreams(builder.Build(), new StreamsConfig
        {
            ApplicationId = app,
            BootstrapServers = servers,
            ProcessingGuarantee = guarantee,
            StateDir = stateDir,
            CommitInterval = TimeSpan.FromMilliseconds(50),
            GroupInstanceId = groupInstance,
        });
        await streams.StartAsync();
        return streams;
    }

    private async Task<int> RunAndKillAsync(int calls)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "MedStreams.Streams.Tests");
        var start = new ProcessStartInfo(program, ["-noLogo", "-explicit", "only", "-method", $"*{nameof(AsyncOnBrokerTests)}.{nameof(Runner)}"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            Environment = { [ServersVariable] = broker.BootstrapServers, [AppVariable] = _app, [StateVariable] = _stateDir },
        };
        using var process = Process.Start(start)!;
        var made = 0;
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (made < calls && await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
                made += line.StartsWith("call ", StringComparison.Ordinal) ? 1 : 0;
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        Assert.Equal(calls, made);
        return made;
    }
}
