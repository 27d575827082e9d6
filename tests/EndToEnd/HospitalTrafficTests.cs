using System.Text;
using MedStreams.Cli.Demo.Traffic;

namespace MedStreams.EndToEnd.Tests;

public sealed class HospitalTrafficTests
{
    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_one_others()
    {
        var first = new HospitalTraffic(7).Records(500).ToList();
        var second = new HospitalTraffic(7).Records(500).ToList();
        Assert.Equal(first.Select(r => r.Value), second.Select(r => r.Value));
        Assert.NotEqual(first.Select(r => r.Value), new HospitalTraffic(8).Records(500).Select(r => r.Value));
    }

    [Fact]
    public void Every_source_speaks_and_some_records_are_late_and_some_broken()
    {
        var records = new HospitalTraffic(7).Records(10_000).ToList();
        Assert.Equal(HospitalTraffic.SourceNames.Order(), records.Select(r => r.Source).Distinct().Order());
        var before = HospitalTraffic.Begin.AddHours(-1).ToUnixTimeMilliseconds();
        Assert.Equal(6, records.Count(r => r.Timestamp < before));
        var broken = records.Where((_, i) => (i + 1) % 997 == 0).ToList();
        Assert.Equal(10, broken.Count);
        Assert.All(
            broken,
            r => Assert.True(r.Value.Length <= 9 || r.Value[0] == 1 || string.IsNullOrWhiteSpace(Encoding.UTF8.GetString(r.Value))));
    }
}
