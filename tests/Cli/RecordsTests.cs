using System.Text;
using System.Text.Json;

namespace MedStreams.Cli.Tests;

public sealed class RecordsTests(BrokerFixture broker) : IClassFixture<BrokerFixture>
{
    [Fact]
    public async Task Lines_become_records_and_records_lines()
    {
        var produced = await ProduceAsync("plain", "first\nsecond\n");
        Assert.Equal(0, produced.ExitCode);
        Assert.Empty(produced.Output);
        Assert.Contains("2 records written to plain", produced.Error, StringComparison.Ordinal);
        var consumed = await RunAsync("consume", "plain", "--fields", "value");
        Assert.Equal(["first", "second"], consumed.Lines);
        Assert.Empty(consumed.Error);
    }

    [Fact]
    public async Task A_separator_splits_at_its_first_occurrence()
    {
        await ProduceAsync("keyed", "a::b::c\n::d\n", "--key-separator", "::", "--header", "from=test");
        var consumed = await RunAsync("consume", "keyed", "--fields", "key,value,headers,offset");
        Assert.Equal(["a\tb::c\tfrom=test\t0", "\td\tfrom=test\t1"], consumed.Lines);
    }

    [Fact]
    public async Task A_line_without_separator_fails_by_its_number_and_keeps_what_was_written()
    {
        var produced = await ProduceAsync("half", "a=1\nsecret\n", "--key-separator", "=");
        Assert.Equal(1, produced.ExitCode);
        Assert.Contains("line 2", produced.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", produced.Error, StringComparison.Ordinal);
        Assert.Equal(["a\t1"], (await RunAsync("consume", "half")).Lines);
    }

    [Fact]
    public async Task Json_lines_go_round_through_a_topic_unchanged()
    {
        const string Input = """
            {"key":"k","value":"v ä","headers":[{"key":"h","value":"1"},{"key":"h","value":null}],"timestamp":1700000000123}
            {"key":null,"value":null,"headers":[],"timestamp":1700000000124}
            {"keyBase64":"/w==","valueBase64":"gA==","headers":[],"timestamp":1700000000125}

            """;
        var produced = await ProduceAsync("round-a", Input, "--ndjson", "--json");
        Assert.Equal("""{"topic":"round-a","produced":3,"failed":0}""", produced.Output.Trim());
        var first = await RunAsync("consume", "round-a", "--json");
        await ProduceAsync("round-b", first.Output, "--ndjson");
        var second = await RunAsync("consume", "round-b", "--json");
        Assert.Equal(first.Output, second.Output.Replace("round-b", "round-a", StringComparison.Ordinal));
        Assert.Equal("""{"topic":"round-a","partition":0,"offset":0,"timestamp":1700000000123,"key":"k","value":"v ä","headers":[{"key":"h","value":"1"},{"key":"h","value":null}]}""", first.Lines[0]);
        Assert.Contains("\"keyBase64\":\"/w==\",\"valueBase64\":\"gA==\"", first.Lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reading_begins_and_ends_where_it_is_told()
    {
        await ProduceAsync("positions", string.Concat(Enumerable.Range(0, 10).Select(n =>
            $$"""{"value":"{{n}}","timestamp":{{1700000000000 + (n * 1000)}}}{{"\n"}}""")), "--ndjson");
        Assert.Equal(["7", "8", "9"], await Values("--from", "7"));
        Assert.Equal(["8", "9"], await Values("--from", "-2"));
        Assert.Equal(["6", "7", "8", "9"], await Values("--from", "2023-11-14T22:13:26Z"));
        Assert.Empty(await Values("--from", "end"));
        Assert.Empty(await Values("--from", "2033-11-14T22:13:26Z"));
        Assert.Equal(["0", "1"], await Values("--count", "2"));
        Assert.Equal(10, (await Values("--isolation", "read_uncommitted")).Length);

        async Task<string[]> Values(params string[] args) =>
            (await RunAsync(["consume", "positions", "--fields", "value", .. args])).Lines;
    }

    [Fact]
    public async Task Partitions_are_chosen_for_writing_and_reading()
    {
        await RunAsync("topics", "create", "parts", "--partitions", "3");
        await ProduceAsync("parts", "x\n", "--partition", "2");
        Assert.Equal(["2\tx"], (await RunAsync("consume", "parts", "--fields", "partition,value")).Lines);
        Assert.Empty((await RunAsync("consume", "parts", "--partition", "1")).Lines);
        Assert.Equal(2, (await RunAsync("consume", "parts", "--partition", "3")).ExitCode);
    }

    [Fact]
    public async Task Topics_are_created_listed_described_and_deleted_only_when_told()
    {
        var created = await RunAsync("topics", "create", "life", "--partitions", "2", "--config", "retention.ms=60000");
        Assert.Equal(0, created.ExitCode);
        Assert.Equal(1, (await RunAsync("topics", "create", "life")).ExitCode);
        Assert.Equal(0, (await RunAsync("topics", "create", "life", "--if-missing")).ExitCode);
        await ProduceAsync("life", "x\n", "--partition", "1");
        Assert.Contains("life\t2\t1", (await RunAsync("topics", "list")).Lines);
        using (var described = JsonDocument.Parse((await RunAsync("topics", "describe", "life", "--json")).Output))
            Assert.Equal([0, 1], described.RootElement.EnumerateArray().Select(p => p.GetProperty("next").GetInt64()));

        var plan = await RunAsync("topics", "delete", "life");
        Assert.Equal(0, plan.ExitCode);
        Assert.Equal(["life\t2\twould be deleted"], plan.Lines);
        Assert.Contains("--execute", plan.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("topics", "describe", "life")).ExitCode);
        Assert.Equal(["life\t2\tdeleted"], (await RunAsync("topics", "delete", "life", "--execute")).Lines);
        Assert.Equal(1, (await RunAsync("topics", "describe", "life")).ExitCode);
    }

    [Fact]
    public async Task A_topic_that_is_not_there_is_not_made_by_looking()
    {
        Assert.Equal(1, (await RunAsync("consume", "absent")).ExitCode);
        Assert.DoesNotContain((await RunAsync("topics", "list")).Lines, line => line.StartsWith("absent", StringComparison.Ordinal));
    }

    private Task<CliRun> ProduceAsync(string topic, string input, params string[] args) =>
        new CliRunner { Input = Encoding.UTF8.GetBytes(input) }.RunAsync(["produce", topic, "-b", broker.Servers, .. args]);

    private Task<CliRun> RunAsync(params string[] args) => new CliRunner().RunAsync([.. args, "-b", broker.Servers]);
}
