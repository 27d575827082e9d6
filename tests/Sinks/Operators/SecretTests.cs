using System.Collections.Concurrent;
using System.Text;
using MedStreams.Sinks.Operators;
using Microsoft.Extensions.Logging;

namespace MedStreams.Sinks.Tests.Operators;

/// <summary>Secrets are where they are needed, and nowhere else.</summary>
public sealed class SecretTests : IDisposable
{
    private const string Secret = "s3cr3t-Zx81";
    private const string Variable = "MEDSTREAMS_TEST_OPERATOR_SECRET";
    private readonly string _file = Path.GetTempFileName();

    public SecretTests()
    {
        File.WriteAllText(_file, Secret + "\n");
        Environment.SetEnvironmentVariable(Variable, Secret);
    }

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData(OperatorLoginKind.Bearer, "env:", "Authorization", "Bearer " + Secret)]
    [InlineData(OperatorLoginKind.Bearer, "file:", "Authorization", "Bearer " + Secret)]
    [InlineData(OperatorLoginKind.ApiKey, "file:", "X-Key", Secret)]
    [InlineData(OperatorLoginKind.Basic, "env:", "Authorization", "basic")]
    public async Task A_secret_goes_to_the_operator_and_into_no_log_and_no_answer(OperatorLoginKind kind, string place, string header, string expected)
    {
        if (expected == "basic")
            expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("me:" + Secret));
        await using var peer = await OperatorPeer.AnsweringAsync(401, 500, 500, 429, 302, 200);
        using var log = new RecordingLog();
        using var apis = OperatorSamples.Apis(
            OperatorSamples.Keyed(peer.Address) with
            {
                Login = new OperatorLogin(kind, Reference(place)) { User = "me", Header = "X-Key" },
                Breaker = new OperatorBreaker { MinimumRequests = 2 },
            },
            loggers: log);

        var answers = new List<OperatorAnswer>();
        for (var i = 0; i < 6; i++)
            answers.Add(await apis.CallAsync(OperatorSamples.Call($"number-{i}")));

        Assert.All(peer.Requests, r => Assert.Equal(expected, r.Headers[header]));
        Assert.NotEmpty(log.Lines);
        foreach (var text in answers.Select(a => a.ToString()).Concat(log.Lines).Concat(apis.Status.Select(s => s.ToString())))
        {
            Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
            Assert.DoesNotContain("number-", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_secret_in_a_file_may_be_replaced_while_the_program_runs()
    {
        await using var peer = await OperatorPeer.AnsweringAsync(200);
        using var apis = OperatorSamples.Apis(OperatorSamples.Keyed(peer.Address) with { Login = new OperatorLogin(OperatorLoginKind.Bearer, Reference("file:")) });

        await apis.CallAsync(OperatorSamples.Call("1"));
        await File.WriteAllTextAsync(_file, "another", TestContext.Current.CancellationToken);
        await apis.CallAsync(OperatorSamples.Call("2"));
        File.Delete(_file);
        var gone = await apis.CallAsync(OperatorSamples.Call("3"));

        Assert.Equal([$"Bearer {Secret}", "Bearer another"], peer.Requests.Select(r => r.Headers["Authorization"]));
        Assert.Equal((OperatorOutcome.Unavailable, false), (gone.Outcome, gone.MayBeDone));
    }

    private SecretReference Reference(string place)
    {
        Assert.True(SecretReference.TryParse(place == "env:" ? place + Variable : place + _file, out var reference));
        return reference;
    }

    private sealed class RecordingLog : ILoggerFactory, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> Lines => _lines;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue(formatter(state, exception) + exception);

        public void Dispose()
        {
        }
    }
}
