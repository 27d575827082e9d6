using System.Text;
using MedStreams.Local;
using MedStreams.Sinks;

namespace MedStreams.Cli.Tests;

/// <summary>The increments topology as an operator runs it: real processes, broker and PostgreSQL.</summary>
public sealed class IncrementsRunTests(BrokerFixture broker) : IClassFixture<BrokerFixture>
{
    private const int Lines = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Logs_that_are_produced_become_rows_and_a_signal_ends_the_run_cleanly()
    {
        var stop = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using var database = await PrivatePostgres.StartAsync(cancellationToken: stop);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["MEDSTREAMS__KAFKA__BOOTSTRAPSERVERS"] = broker.Servers,
            ["MEDSTREAMS__POSTGRES__CONNECTIONSTRING"] = database.ConnectionString,
            ["MEDSTREAMS__INCREMENTS__PSEUDONYMKEY"] = "a secret for tests only",
            ["MEDSTREAMS__STREAMS__STATEDIR"] = folder.Path,
        };
        await using var runner = ChildProcess.Start(settings, "run", "increments", "--create-topics", "--partitions", "2");
        Assert.Equal("increments is running as medstreams-increments", await runner.ReadLineAsync());
        await ProduceAsync();
        Assert.Equal(Lines, await RowsAddUpToAsync(database, stop));
        runner.Signal("TERM");
        var run = await runner.EndAsync();
        Assert.Equal(143, run.ExitCode);
        Assert.Contains("increments has stopped", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(database.ConnectionString, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_its_secrets_it_says_which_are_missing()
    {
        var run = await CliRun.RunAsync("run", "increments", "-b", broker.Servers);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("MedStreams:Increments:PseudonymKey is not set", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Increments:PseudonymKey=short", "Increments:PseudonymKey")]
    [InlineData("Increments:Window=10 ms", "Increments:Window")]
    [InlineData("Increments:Retention=2 s", "Retention")]
    [InlineData("Increments:DefaultZone=Atlantis", "Increments:DefaultZone")]
    [InlineData("Increments:Routes:0:Product=pacs", "Increments")]
    [InlineData("Increments:Routes:0:Colour=red", "Colour")]
    [InlineData("Increments:Sources:0:Format=papyrus", "needs a name")]
    public async Task A_wrong_setting_of_the_topology_is_named(string setting, string named)
    {
        var run = await CliRun.RunAsync("describe", "increments", "--set", setting);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("'short'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_and_sources_come_from_settings()
    {
        using var folder = new TemporaryFolder();
        folder.Write("appsettings.json", """
            {"MedStreams":{"Increments":{
              "Routes":[{"Name":"all","Product":"everything","When":[{"Field":"source","Like":"*"}]}],
              "Sources":[{"Name":"ward","Format":"syslog","Zone":"Europe/Zurich"}],
              "Templates":["door <*> opened by <subject>"]}}}
            """);
        var run = await new CliRunner { WorkingDirectory = folder.Path }.RunAsync("describe", "increments");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("product.everything", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("product.pacs", run.Output, StringComparison.Ordinal);
    }

    private static async Task<long> RowsAddUpToAsync(PrivatePostgres database, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        var sum = 0L;
        while (sum < Lines)
        {
            await foreach (var value in PostgresQuery.RowsAsync(
                database.ConnectionString,
                "SELECT coalesce(sum(count + late), 0)::bigint FROM medstreams.increments",
                row => row.GetInt64(0),
                patience.Token))
                sum = value;
        }

        return sum;
    }

    private async Task ProduceAsync()
    {
        var text = string.Concat(Enumerable.Range(0, Lines).Select(n =>
            $"20171223-22:{15 + (n / 60)}:{n % 60:00}:606|Step_LSC|30002312|onStandStepChanged {3579 + n}\n"));
        var run = await new CliRunner { Input = Encoding.UTF8.GetBytes(text) }.RunAsync(
            "produce", "logs.raw", "--key", "phone-1", "--header", "medstreams.source=healthapp", "-b", broker.Servers);
        Assert.Equal(0, run.ExitCode);
    }
}
