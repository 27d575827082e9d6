using System.Globalization;
using System.Text;
using System.Text.Json;
using MedStreams.Local;
using MedStreams.Support;

namespace MedStreams.Cli.Tests;

/// <summary>Recommendations on the command line: a run with its query, and the examination.</summary>
public sealed class RecommendTests(BrokerFixture broker) : IClassFixture<BrokerFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task S5_5_preferences_become_recommendations_that_any_task_answers()
    {
        using var stop = new CancellationTokenSource();
        var port = LocalPorts.Next();
        var running = new CliRunner().RunAsync(
            [
                "run", "recommendations", "--create-topics", "-b", broker.Servers, "--state-dir", _folder.Path, "--threads", "2", "--application-server", $"127.0.0.1:{port}",
                "--set", "Recommendations:Window=0 ms", "--set", "Recommendations:Partitions=3", "--set", "Recommendations:LookInterval=50 ms",
            ],
            stop.Token);
        await Eventually.Holds(
            async () => (await CliRun.RunAsync("topics", "list", "-b", broker.Servers)).Lines.Any(l => l.StartsWith("preferences\t", StringComparison.Ordinal)),
            TimeSpan.FromSeconds(30));
        for (var user = 0; user < 8; user++)
            await PreferAsync($"u{user}", [("all", 4), ($"half-{user % 2}", 5), (user == 0 ? "only" : "most", 3)]);

        await Eventually.Holds(
            async () => (await ForAsync("u0", port)) is { ExitCode: 0 } run && run.Lines.Any(l => l.StartsWith("most\t3\t", StringComparison.Ordinal)), TimeSpan.FromSeconds(60));
        var unknown = await ForAsync("nobody", port, "--json");
        using var list = JsonDocument.Parse(unknown.Output);
        Assert.Equal(("nobody", true), (list.RootElement.GetProperty("user").GetString(), list.RootElement.GetProperty("fallback").GetBoolean()));
        await Eventually.Holds(
            async () =>
            {
                var written = await CliRun.RunAsync("consume", "recommendations", "-b", broker.Servers, "--fields", "key");
                return written.Lines.Distinct().Order().SequenceEqual(Enumerable.Range(0, 8).Select(u => $"u{u}"));
            },
            TimeSpan.FromSeconds(30));

        var examined = await CliRun.RunAsync("recommend", "evaluate", "--topic", "preferences", "-b", broker.Servers, "--hold-out", "0.4");
        Assert.Equal(0, examined.ExitCode);
        Assert.Equal(2, examined.Lines.Length);
        await stop.CancelAsync();
        Assert.Equal(0, (await running).ExitCode);
    }

    [Fact]
    public async Task S5_5_the_examination_tells_errors_precision_and_recall_and_repeats_with_its_seed()
    {
        var file = Path.Combine(_folder.Path, "preferences.csv");
        await File.WriteAllTextAsync(file, Matrix(), TestContext.Current.CancellationToken);

        var first = await CliRun.RunAsync("recommend", "evaluate", file, "--all", "--json", "--seed", "7", "--at", "3");
        var second = await CliRun.RunAsync("recommend", "evaluate", file, "--all", "--json", "--seed", "7", "--at", "3");
        var other = await CliRun.RunAsync("recommend", "evaluate", file, "--all", "--json", "--seed", "8", "--at", "3");

        Assert.Equal(first.Output, second.Output);
        Assert.NotEqual(first.Output, other.Output);
        using var json = JsonDocument.Parse(first.Output);
        Assert.Equal(20 * 12, json.RootElement.GetProperty("preferences").GetInt32());
        Assert.InRange(json.RootElement.GetProperty("heldBack").GetInt32(), 24, 72);
        var results = json.RootElement.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(
            ["euclidean nearest:25", "euclidean-mahout nearest:25", "pearson nearest:25", "cosine nearest:25"], results.Select(r => r.GetProperty("method").GetString()));
        Assert.All(results, r => Assert.InRange(r.GetProperty("rmse").GetDouble(), 0, 2.5));
        Assert.True(results[0].GetProperty("mae").GetDouble() <= results[0].GetProperty("rmse").GetDouble());
        Assert.All(results, r => Assert.InRange(r.GetProperty("at")[0].GetProperty("precision").GetDouble(), 0, 1));
    }

    [Fact]
    public async Task S5_5_lines_of_json_from_standard_input_are_read_and_the_last_one_of_a_cell_counts()
    {
        var lines = Matrix().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(l => l.Split(','))
            .Select(f => $"{{\"user\":\"{f[0]}\",\"item\":\"{f[1]}\",\"value\":{f[2]}}}").ToList();
        lines.InsertRange(0, [lines[0].Replace("\"value\":", "\"value\":9", StringComparison.Ordinal), "{\"user\":\"x\",\"item\":\"gone\",\"value\":1}"]);
        lines.Add("{\"user\":\"x\",\"item\":\"gone\",\"value\":null}");
        var file = Path.Combine(_folder.Path, "preferences.csv");
        await File.WriteAllTextAsync(file, Matrix(), TestContext.Current.CancellationToken);

        var fromInput = await new CliRunner { Input = Encoding.UTF8.GetBytes(string.Join('\n', lines)) }.RunAsync("recommend", "evaluate", "-", "--json");
        var fromFile = await CliRun.RunAsync("recommend", "evaluate", file, "--json");

        Assert.Equal(fromFile.Output, fromInput.Output);
    }

    [Theory]
    [InlineData("a,x,1\nb,y", "line 2 is no preference: it has 2 fields, not user, item and value")]
    [InlineData("a,x,1\nb,y,much", "line 2 is no preference: its value is no number")]
    [InlineData("a,x,1\n,y,1", "line 2 is no preference: the user is missing")]
    [InlineData("{\"user\":\"a\",\"item\":\"x\"}", "line 1 is no preference: The bytes are no JSON of a PreferenceRecord")]
    [InlineData("user,item,value", "0 preferences are too few to examine anything")]
    public async Task What_is_no_preference_is_named_by_its_line(string input, string error)
    {
        var run = await new CliRunner { Input = Encoding.UTF8.GetBytes(input) }.RunAsync("recommend", "evaluate", "-");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(error, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("recommend", "evaluate")]
    [InlineData("recommend", "evaluate", "a.csv", "--topic", "preferences")]
    [InlineData("recommend", "evaluate", "a.csv", "--hold-out", "1")]
    [InlineData("recommend", "evaluate", "a.csv", "--neighbours", "furthest:3")]
    [InlineData("recommend", "evaluate", "missing.csv")]
    [InlineData("describe", "recommendations", "--set", "Recommendations:Similarity=manhattan")]
    public async Task Wrong_usage_is_refused(params string[] arguments) => Assert.Equal(2, (await CliRun.RunAsync(arguments)).ExitCode);

    private static string Matrix()
    {
        var random = new Random(3);
        var text = new StringBuilder("user,item,value\n");
        for (var user = 0; user < 20; user++)
        {
            for (var item = 0; item < 12; item++)
                text.Append(CultureInfo.InvariantCulture, $"u{user},i{item},{1 + ((user + item) % 3) + (random.Next(3) / 2.0)}\n");
        }

        return text.ToString();
    }

    private static Task<CliRun> ForAsync(string user, int port, params string[] more) =>
        CliRun.RunAsync(["recommend", "for", user, "--server", $"127.0.0.1:{port}", .. more]);

    private async Task PreferAsync(string user, (string Item, double Value)[] preferences)
    {
        var lines = string.Join('\n', preferences.Select(p => $"{{\"item\":\"{p.Item}\",\"value\":{p.Value.ToString(CultureInfo.InvariantCulture)}}}"));
        var run = await new CliRunner { Input = Encoding.UTF8.GetBytes(lines) }.RunAsync("produce", "preferences", "--key", user, "-b", broker.Servers);
        Assert.Equal(0, run.ExitCode);
    }
}
