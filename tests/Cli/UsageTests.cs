namespace MedStreams.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("nope")]
    [InlineData("topics")]
    [InlineData("topics", "create")]
    [InlineData("topics", "create", "t", "--partitions", "0")]
    [InlineData("topics", "create", "t", "--partitions", "many")]
    [InlineData("consume")]
    [InlineData("consume", "t", "--from", "yesterday")]
    [InlineData("consume", "t", "--count", "0")]
    [InlineData("consume", "t", "--fields", "key,colour")]
    [InlineData("consume", "t", "--isolation", "serializable")]
    [InlineData("produce", "t", "--key", "k", "--key-separator", ":")]
    [InlineData("produce", "t", "--ndjson", "--key", "k")]
    [InlineData("completion", "fish")]
    [InlineData("config", "show", "--unknown")]
    public async Task Wrong_usage_exits_with_2_and_says_where_help_is(params string[] args)
    {
        var run = await CliRun.RunAsync(args);
        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains("--help", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_arguments_show_the_help_as_an_error()
    {
        var run = await CliRun.RunAsync();
        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains("Commands:", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("topics", "--help")]
    [InlineData("produce", "-h")]
    public async Task Help_is_data_and_no_error(params string[] args)
    {
        var run = await CliRun.RunAsync(args);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Usage:", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task An_argument_that_begins_with_an_at_sign_is_not_taken_for_a_file()
    {
        var run = await CliRun.RunAsync("completion", "@bash");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("'@bash'", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("pwsh")]
    public async Task A_completion_script_asks_the_program_itself(string shell)
    {
        var run = await CliRun.RunAsync("completion", shell);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("[suggest:", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Suggestions_name_verbs_and_their_options()
    {
        var verbs = await CliRun.RunAsync("[suggest:12]", "medstreams to");
        Assert.Contains("topics", verbs.Lines);
        const string Line = "medstreams consume t --iso";
        var options = await CliRun.RunAsync($"[suggest:{Line.Length}]", Line);
        Assert.Equal(["--isolation"], options.Lines);
    }

    [Fact]
    public async Task No_broker_exits_with_4_and_names_the_address()
    {
        var run = await CliRun.RunAsync("topics", "list", "-b", "127.0.0.1:1", "--set", "Kafka:Timeout=500 ms");
        Assert.Equal(4, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains("127.0.0.1:1", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_tells_what_this_machine_has()
    {
        var run = await CliRun.RunAsync("doctor", "-b", "127.0.0.1:1");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(run.Lines, line => line.StartsWith("librdkafka\tok\t", StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.StartsWith("librocksdb\tok\t", StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.StartsWith("broker\tabsent\t127.0.0.1:1", StringComparison.Ordinal));
        Assert.DoesNotContain(run.Lines, line => line.StartsWith("database\t", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Password=sesame")]
    [InlineData("sesame")]
    public async Task Doctor_tells_that_the_database_does_not_answer_without_a_word_of_how_to_reach_it(string connection)
    {
        var run = await CliRun.RunAsync("doctor", "-b", "127.0.0.1:1", "--set", $"Postgres:ConnectionString={connection}");
        Assert.Contains(run.Lines, line => line.StartsWith("database\tabsent\t", StringComparison.Ordinal));
        Assert.DoesNotContain("sesame", run.Output + run.Error, StringComparison.Ordinal);
    }
}
