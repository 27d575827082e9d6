using MedStreams.Support;

namespace MedStreams.Cli.Tests;

/// <summary>The reservations as an operator sets them up.</summary>
public sealed class ReservationsRunTests(BrokerFixture broker) : IClassFixture<BrokerFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task S4_2_a_topic_with_another_number_of_partitions_than_containers_times_servers_ends_the_start_with_both_numbers()
    {
        await CliRun.RunAsync("topics", "create", "odd.by-number", "--partitions", "5", "-b", broker.Servers);

        var run = await CliRun.RunAsync(Run("--set", "Reservations:ByNumberTopic=odd.by-number"));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(
            "The topic odd.by-number has 5 partitions, and Containers x Servers is 2 x 3 = 6", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("topics made", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S4_2_create_topics_makes_the_partitions_that_the_configuration_says_and_the_states_compacted()
    {
        using var stop = new CancellationTokenSource();
        var running = new CliRunner().RunAsync(Run("--partitions", "2", "--set", "Reservations:StateTopic=made.state"), stop.Token);
        await Eventually.Holds(
            async () =>
            {
                var list = await CliRun.RunAsync("topics", "list", "-b", broker.Servers);
                return list.Lines.Any(l => l.StartsWith("reservations.by-number\t6\t", StringComparison.Ordinal))
                    && list.Lines.Any(l => l.StartsWith("reservations.by-user\t2\t", StringComparison.Ordinal));
            },
            TimeSpan.FromSeconds(30));
        await stop.CancelAsync();
        await running;
    }

    [Theory]
    [InlineData("Reservations:Containers=0", "Reservations:Containers")]
    [InlineData("Reservations:Servers=many", "Reservations:Servers")]
    [InlineData("Reservations:ParkingLimit=1 ms", "Reservations:ParkingLimit")]
    [InlineData("Reservations:Number=neither", "filler, placer")]
    [InlineData("Reservations:Zone=Atlantis", "Reservations:Zone")]
    public async Task A_wrong_setting_is_named(string setting, string named)
    {
        var run = await CliRun.RunAsync("describe", "reservations", "--set", setting);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reservations", "Reservations:Containers\t4")]
    [InlineData("range-statistics", "RangeStatistics:ReportsTopic\tstatistics.reports")]
    [InlineData("mllp-source", "Mllp:InstanceId\this-1")]
    public async Task The_samples_of_settings_are_valid(string sample, string line)
    {
        var run = await CliRun.RunAsync("config", "show", "--settings", Path.Combine(Repository.Root, "docs", "samples", sample));

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(line, run.Output, StringComparison.Ordinal);
    }

    private string[] Run(params string[] more) =>
    [
        "run", "reservations", "--create-topics", "-b", broker.Servers, "--state-dir", _folder.Path, "--set", "Postgres:ConnectionString=Host=127.0.0.1;Port=1",
        "--set", "Reservations:Containers=2", "--set", "Reservations:Servers=3", .. more,
    ];
}
