namespace MedStreams.Streams.Tests.Dsl.Models;

/// <summary>Sessions, held to a model that joins all records anew after each one.</summary>
public sealed class SessionModelTests
{
    /// <summary>What is told, taken together, is always the table of the sessions of all records that came in time.</summary>
    [Theory]
    [InlineData(3, 0, true)]
    [InlineData(5, 20, true)]
    [InlineData(5, 1_000_000, false)]
    public void Sessions(long gap, long grace, bool caching) =>
        Script.Check(
            1,
            b => b.Stream<string, int?>("in0")
                .GroupByKey()
                .WindowedBy(SessionWindows.OfInactivityGapAndGrace(TimeSpan.FromMilliseconds(gap), TimeSpan.FromMilliseconds(grace)))
                .Aggregate(
                    () => "",
                    (_, v, all) => all + (v is null ? "-" : $"{v}"),
                    (_, one, other) => one + other,
                    new Materialized<string, string> { CachingEnabled = caching, Retention = TimeSpan.FromHours(1) })
                .Show(),
            (driver, records) =>
            {
                var taken = new List<Piped>();
                var streamTime = -1L;
                var table = new Dictionary<string, string>();
                foreach (var record in records)
                {
                    driver.Pipe(record);
                    if (record.Key is not null)
                    {
                        streamTime = Math.Max(streamTime, record.Time);
                        var session = SessionsOf([.. taken, record], gap).Single(s => s.Contains(record));
                        if (session.Max(r => r.Time) >= streamTime - grace - gap)
                            taken.Add(record);
                    }

                    foreach (var (name, text, time) in driver.Out())
                    {
                        Assert.Equal(long.Parse(name!.Split('-')[1]), time);
                        if (text is null)
                            Assert.True(table.Remove(name));
                        else
                            table[name] = text;
                    }

                    Assert.Equal(
                        SessionsOf(taken, gap).ToDictionary(
                            s => $"{s[0].Key}@{s.Min(r => r.Time)}-{s.Max(r => r.Time)}", s => Letters(s.Select(r => r.Value))),
                        table.ToDictionary(t => t.Key, t => string.Concat(t.Value.Order())));
                }
            });

    private static string Letters(IEnumerable<int?> values) =>
        string.Concat(values.Select(v => v is null ? '-' : (char)('0' + v.Value)).Order());

    /// <summary>Records of one key whose times hang together by steps of at most the gap.</summary>
    private static List<List<Piped>> SessionsOf(IEnumerable<Piped> records, long gap)
    {
        var sessions = new List<List<Piped>>();
        foreach (var record in records.OrderBy(r => r.Key, StringComparer.Ordinal).ThenBy(r => r.Time))
        {
            if (sessions.Count > 0 && sessions[^1][^1] is var last && last.Key == record.Key && record.Time - last.Time <= gap)
                sessions[^1].Add(record);
            else
                sessions.Add([record]);
        }

        return sessions;
    }
}
