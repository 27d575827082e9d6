using System.Globalization;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Tests.Security;
using MedStreams.Broker.Tests.Server;
using MedStreams.Broker.Tests.Storage;
using MedStreams.Support;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Tests.Fuzz;

/// <summary>
/// Spoiled requests against a broker in memory: it answers or closes the connection, no request fails inside, memory comes back,
/// and others are served. <c>MEDSTREAMS_FUZZ_SECONDS</c> makes it run longer, <c>MEDSTREAMS_FUZZ_SEED</c> elsewhere; what was
/// found is kept in the folder <c>corpus</c>, as hexadecimal text, and sent each time.
/// </summary>
public sealed class RequestFuzzTests : IAsyncLifetime
{
    private const int RequestFailed = 1103;
    private const int DefaultSeed = 20_261_121;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    private readonly RecordedLogs _logs = new();
    private EmbeddedBroker _broker = null!;
    private RawClient _witness = null!;

    public async ValueTask InitializeAsync()
    {
        using var loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Error).AddProvider(_logs));
        _broker = new EmbeddedBroker(
            new BrokerOptions
            {
                DataDirectory = "/data",
                Port = 0,
                MaxRequestBytes = 1 << 20,
                InitialRebalanceDelay = TimeSpan.Zero,
                Flush = FlushPolicy.OperatingSystem,
                Authorization = new AuthorizationOptions { AllowEveryoneIfNoAclFound = true, SuperUsers = ["User:ANONYMOUS"] },
            },
            loggers,
            clock: null,
            new SimulatedDisk());
        await _broker.StartAsync();
        _witness = await RawClient.ConnectAsync(_broker.Port);
    }

    public async ValueTask DisposeAsync()
    {
        _witness.Dispose();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task What_was_found_before_is_found_no_more()
    {
        var folder = Path.Combine(Repository.Root, "tests", "Broker", "Fuzz", "corpus");
        foreach (var file in Directory.EnumerateFiles(folder, "*.hex"))
        {
            var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            await CheckAsync(Convert.FromHexString(text.Trim()), Path.GetFileName(file));
        }

        await CheckQuietAsync();
    }

    [Fact]
    public async Task Spoiled_requests_harm_nobody()
    {
        var seconds = Number("MEDSTREAMS_FUZZ_SECONDS", 3);
        var seed = Number("MEDSTREAMS_FUZZ_SEED", DefaultSeed);
        var mutator = new FrameMutator(seed);
        var until = TimeProvider.System.GetTimestamp() + (seconds * TimeProvider.System.TimestampFrequency);
        var count = 0;
        while (TimeProvider.System.GetTimestamp() < until)
        {
            await CheckAsync(mutator.Next(), string.Create(CultureInfo.InvariantCulture, $"seed {seed}, frame {count}"));
            count++;
        }

        await CheckQuietAsync();
        TestContext.Current.SendDiagnosticMessage("fuzz: {0} frames", count);
        Assert.InRange(count, 20, int.MaxValue);
    }

    /// <summary>Sends one frame on a connection of its own, and looks how the broker takes it.</summary>
    private async Task CheckAsync(byte[] frame, string name)
    {
        using (var client = await RawClient.ConnectAsync(_broker.Port))
        {
            await client.SendBytesAsync(frame);
            using var sentinel = MessageCodec.WriteRequest(1, "fuzz", 0, new ApiVersionsRequest());
            await IgnoreAsync(client.SendBytesAsync(sentinel.ToArray()));

            // An answer, or the end of the connection; what waits for data or members is left alone.
            await Task.WhenAny(IgnoreAsync(client.ReceiveBytesAsync()), Task.Delay(Patience));
        }

        var failures = _logs.Of(RequestFailed);
        Assert.True(failures.Count == 0, $"{name} {Convert.ToHexString(frame)} failed inside: {string.Join('\n', failures)}");
        var versions = await _witness.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(0, new()).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(ApiTable.All.Count, versions.ApiKeys.Count);
    }

    /// <summary>Whoever left is noticed, and what its requests took has come back; the witness has none under way.</summary>
    private Task CheckQuietAsync() => Eventually.Holds(() => _broker.Waiting == 0);

    private static async Task IgnoreAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception exception) when (exception is IOException or OverflowException or ObjectDisposedException or OutOfMemoryException)
        {
            // The broker closed the connection, or the test did.
        }
    }

    internal static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
