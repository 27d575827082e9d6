namespace MedStreams.Cli.Tests;

public sealed class ProcessTests(BrokerFixture broker) : IClassFixture<BrokerFixture>
{
    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130)]
    public async Task A_signal_closes_the_broker_cleanly_and_shows_in_the_exit_code(string signal, int exitCode)
    {
        using var folder = new TemporaryFolder();
        await using var process = ChildProcess.Start("broker", "--data", folder.Path, "--listen", "127.0.0.1:0");
        var address = await process.ReadLineAsync();
        Assert.StartsWith("127.0.0.1:", address, StringComparison.Ordinal);
        process.Signal(signal);
        var run = await process.EndAsync();
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains("has stopped", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_broker_in_the_same_folder_fails_and_says_why()
    {
        using var folder = new TemporaryFolder();
        await using var first = ChildProcess.Start("broker", "--data", folder.Path, "--listen", "127.0.0.1:0", "--json");
        Assert.StartsWith("{\"bootstrapServers\":\"127.0.0.1:", await first.ReadLineAsync(), StringComparison.Ordinal);
        var second = await CliRun.RunAsync("broker", "--data", folder.Path, "--listen", "127.0.0.1:0");
        Assert.Equal(1, second.ExitCode);
        Assert.Contains(folder.Path, second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_without_a_folder_is_told_how_to_name_one()
    {
        var run = await CliRun.RunAsync("broker");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("MedStreams:Broker:DataDirectory", run.Error, StringComparison.Ordinal);
        Assert.Contains("--data DIR", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Following_prints_records_as_they_come_until_interrupted()
    {
        await new CliRunner { Input = "one\n"u8.ToArray() }.RunAsync("produce", "followed", "-b", broker.Servers);
        await using var process = ChildProcess.Start("consume", "followed", "--follow", "--fields", "value", "-b", broker.Servers);
        Assert.Equal("one", await process.ReadLineAsync());
        await new CliRunner { Input = "two\n"u8.ToArray() }.RunAsync("produce", "followed", "-b", broker.Servers);
        Assert.Equal("two", await process.ReadLineAsync());
        process.Signal("INT");
        Assert.Equal(130, (await process.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Producing_that_is_interrupted_has_written_what_it_read()
    {
        await using (var process = ChildProcess.Start("produce", "interrupted", "--json", "-b", broker.Servers))
        {
            await process.WriteLineAsync("only");
            await WaitUntilAsync(async () => (await RunAsync("consume", "interrupted")).Lines.Length == 1);
            process.Signal("TERM");
            var run = await process.EndAsync();
            Assert.Equal(143, run.ExitCode);
            Assert.Contains("\"produced\":1", run.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("test", "NoSuchProject")]
    [InlineData("test", "--fast")]
    [InlineData("bench", "NoSuchProject")]
    [InlineData("publish")]
    public async Task The_launcher_refuses_wrong_usage_before_it_prepares_or_builds(params string[] args)
    {
        await using var process = ChildProcess.StartLauncher(args);
        var run = await process.EndAsync();
        Assert.Equal(2, run.ExitCode);
        Assert.DoesNotContain("building", run.Error, StringComparison.Ordinal);
    }

    private static async Task WaitUntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
            patience.Token.ThrowIfCancellationRequested();
    }

    private Task<CliRun> RunAsync(params string[] args) => CliRun.RunAsync([.. args, "-b", broker.Servers]);
}
