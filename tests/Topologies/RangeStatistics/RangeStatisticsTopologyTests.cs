using System.Collections.Immutable;
using System.Text;
using MedStreams.Streams;
using MedStreams.Streams.Testing;
using MedStreams.Topologies.RangeStatistics;

namespace MedStreams.Topologies.Tests.RangeStatistics;

public sealed class RangeStatisticsTopologyTests
{
    [Fact]
    public void S1_5_a_result_comes_on_every_change_and_only_then()
    {
        using var driver = Driver(out var memberships, out var reports, out var results, out _);

        memberships.PipeInput("campus", new("A", MembershipChange.Join));
        memberships.PipeInput("campus", new("B", MembershipChange.Join));
        reports.PipeInput("campus", Report("A", 1, 10));
        reports.PipeInput("campus", Report("A", 1, 10));
        reports.PipeInput("campus", Report("B", 1, 5));

        var all = results.ReadRecords().Select(r => r.Value).ToList();
        Assert.Equal([-1L, -1, -1, 1], all.Select(r => r.Round));
        Assert.Equal(10, all[2].Latest["n"]);
        Assert.Empty(all[2].Consistent);
        Assert.Equal(15, all[3].Consistent["n"]);
    }

    [Fact]
    public void S1_6_a_report_of_an_unknown_range_or_module_goes_to_the_dead_letter_topic_with_the_reason()
    {
        using var driver = Driver(out var memberships, out var reports, out var results, out var refused);

        reports.PipeInput("campus", Report("A", 1, 10));
        memberships.PipeInput("campus", new("A", MembershipChange.Join));
        reports.PipeInput("campus", Report("B", 1, 10));

        Assert.Single(results.ReadRecords().Select(r => r.Value).ToList());
        var letters = refused.ReadRecords();
        Assert.Equal(
            ["no module serves this range: let its modules join first", "the module does not serve this range: let it join first"],
            letters.Select(l => Encoding.UTF8.GetString(l.Headers.Last("range.refusal")!.Value.Value!.Value.Span)));
        Assert.All(letters, l => Assert.Contains("\"round\":1", Encoding.UTF8.GetString(l.Value!), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("campus", "{\"module\":\"A\",\"round\":1,\"flag\":\"Updated\",\"values\":{},\"note\":\"kept\"}", "no module serves this range")]
    [InlineData(null, "{\"module\":\"A\",\"round\":1,\"flag\":\"Updated\",\"values\":{}}", "the record has no key")]
    [InlineData("campus", "{\"module\":", "The bytes are no JSON of a ModuleReport: line 1, byte ")]
    public void What_is_refused_is_kept_byte_for_byte(string? range, string report, string reason)
    {
        using var driver = Driver(out _, out _, out _, out var refused);

        driver.CreateInputTopic("statistics.reports", Serdes.String, Serdes.Bytes).PipeInput(range!, Encoding.UTF8.GetBytes(report));

        var letter = Assert.Single(refused.ReadRecords());
        Assert.Equal(report, Encoding.UTF8.GetString(letter.Value));
        Assert.StartsWith(
            reason, Encoding.UTF8.GetString(letter.Headers.Last("range.refusal")!.Value.Value!.Value.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void S1_7_records_and_backups_are_stores_with_changelogs()
    {
        var builder = new StreamsBuilder();
        RangeStatisticsTopology.Build(builder, new());

        var text = builder.Build().Describe().ToString();

        Assert.Contains("agree (stores: [range-record, range-backup])", text, StringComparison.Ordinal);
    }

    private static ModuleReport Report(string module, long round, decimal n) =>
        new(module, round, UpdateFlag.Updated, ImmutableSortedDictionary<string, decimal>.Empty.Add("n", n));

    private static TopologyTestDriver Driver(
        out TestInputTopic<string, MembershipEvent> memberships,
        out TestInputTopic<string, ModuleReport> reports,
        out TestOutputTopic<string, RangeResult> results,
        out TestOutputTopic<string, byte[]> refused)
    {
        var builder = new StreamsBuilder();
        RangeStatisticsTopology.Build(builder, new());
        var driver = new TopologyTestDriver(builder.Build());
        memberships = driver.CreateInputTopic("statistics.membership", Serdes.String, RangeStatisticsSerdes.Membership);
        reports = driver.CreateInputTopic("statistics.reports", Serdes.String, RangeStatisticsSerdes.Report);
        results = driver.CreateOutputTopic("statistics.results", Serdes.String, RangeStatisticsSerdes.Result);
        refused = driver.CreateOutputTopic("statistics.dead-letter", Serdes.String, Serdes.Bytes);
        return driver;
    }
}
