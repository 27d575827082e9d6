namespace MedStreams.Streams.Tests.Dsl.Models;

/// <summary>Aggregations by windows, held to models that go over all records again and again.</summary>
public sealed class WindowModelTests
{
    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    /// <summary>Each record that comes before its window's close is told with the aggregate of all records of the window so far.</summary>
    [Theory]
    [InlineData(10, 10, 0, true)]
    [InlineData(10, 10, 7, true)]
    [InlineData(12, 4, 5, true)]
    [InlineData(12, 5, 5, false)]
    public void Tumbling_and_hopping_windows(long size, long advance, long grace, bool caching) =>
        Script.Check(
            1,
            b => b.Stream<string, int?>("in0")
                .GroupByKey()
                .WindowedBy(TimeWindows.OfSizeAndGrace(Ms(size), Ms(grace)).AdvanceBy(Ms(advance)))
                .Aggregate(() => "", (_, v, all) => all + Text(v), new Materialized<string, string> { CachingEnabled = caching })
                .Show(),
            (driver, records) =>
            {
                var model = new Windows(size, advance, grace);
                foreach (var record in records)
                {
                    driver.Pipe(record);
                    Assert.Equal(model.Add(record).Select(w => ((string?)w.Name, (string?)w.Text, w.Time)), driver.Out());
                }
            });

    /// <summary>Each window is told once, with all records that came in time, as soon as stream time has passed its end and grace.</summary>
    [Theory]
    [InlineData(10, 10, 0)]
    [InlineData(12, 4, 5)]
    public void Windows_told_on_close(long size, long advance, long grace) =>
        Script.Check(
            1,
            b => b.Stream<string, int?>("in0")
                .GroupByKey()
                .WindowedBy(TimeWindows.OfSizeAndGrace(Ms(size), Ms(grace)).AdvanceBy(Ms(advance)))
                .EmitStrategy(EmitStrategy.OnWindowClose)
                .Aggregate(() => "", (_, v, all) => all + Text(v))
                .Show(),
            (driver, records) =>
            {
                var model = new Windows(size, advance, grace);
                var told = new HashSet<string>();
                foreach (var record in records)
                {
                    driver.Pipe(record);
                    var before = model.All().ToArray();
                    model.Add(record);
                    var closed = before.Where(w => w.Start + size <= model.StreamTime - grace && told.Add(w.Name));
                    Assert.Equal(closed.Select(w => ((string?)w.Name, (string?)w.Text, w.Time)), driver.Out());
                }
            });

    /// <summary>
    /// A suppression tells each window once, finally, in the end all of them. The last record of each key, far ahead, brings time on.
    /// </summary>
    [Theory]
    [InlineData(10, 10, 0)]
    [InlineData(10, 5, 6)]
    public void Windows_suppressed_until_they_close(long size, long advance, long grace) =>
        Script.Check(
            1,
            b => b.Stream<string, int?>("in0")
                .GroupByKey()
                .WindowedBy(TimeWindows.OfSizeAndGrace(Ms(size), Ms(grace)).AdvanceBy(Ms(advance)))
                .Aggregate(() => "", (_, v, all) => all + Text(v))
                .Suppress(Suppressed.UntilWindowCloses(BufferConfig.Unbounded()))
                .Show(),
            (driver, records) =>
            {
                var model = new Windows(size, advance, grace);
                var told = new Dictionary<string, string?>();
                foreach (var record in records.Append(new Piped(0, "z", 1, 1_000_000)).Append(new Piped(0, "z", 1, 2_000_000)))
                {
                    driver.Pipe(record);
                    model.Add(record);
                    foreach (var (name, text, _) in driver.Out())
                    {
                        told.Add(name!, text); // throws where it is told twice
                        var window = model.All().Single(w => w.Name == name);
                        Assert.True(window.Start + size <= model.StreamTime - grace);
                    }
                }

                Assert.Equal(
                    model.All().Where(w => w.Start < 1_000_001 - size).ToDictionary(w => w.Name, w => (string?)w.Text),
                    told.Where(t => !t.Key.StartsWith('z')).ToDictionary());
            });

    /// <summary>In the end there is one window up to each record, and one after each that has later ones near it; each holds all its records.</summary>
    [Theory]
    [InlineData(10, true)]
    [InlineData(4, false)]
    public void Sliding_windows(long difference, bool caching) =>
        Script.Check(
            1,
            b => b.Stream<string, int?>("in0")
                .GroupByKey()
                .WindowedBy(SlidingWindows.OfTimeDifferenceAndGrace(Ms(difference), Ms(1_000_000)))
                .Count(new Materialized<string, long?> { CachingEnabled = caching })
                .Show(),
            (driver, records) =>
            {
                var seen = new List<Piped>();
                var table = new Dictionary<string, string?>();
                foreach (var record in records)
                {
                    driver.Pipe(record);
                    if (record is { Key: not null, Value: not null })
                        seen.Add(record);
                    foreach (var (name, count, _) in driver.Out())
                        table[name!] = count;
                    Assert.Equal(Expected(seen, difference), table);
                }
            });

    private static Dictionary<string, string?> Expected(List<Piped> seen, long difference)
    {
        var windows = new Dictionary<string, string?>();
        foreach (var record in seen)
        {
            foreach (var start in (long[])[Math.Max(0, record.Time - difference), record.Time + 1])
            {
                var count = seen.Count(r => r.Key == record.Key && r.Time >= start && r.Time <= start + difference);
                if (count > 0)
                    windows[$"{record.Key}@{start}-{start + difference}"] = $"{count}";
            }
        }

        return windows;
    }

    private static string Text(int? value) => value is null ? "-" : $"{value}";

    /// <summary>All records that came in time, with the windows that they are in.</summary>
    private sealed class Windows(long size, long advance, long grace)
    {
        private readonly List<(string Key, long Start, Piped Record)> _taken = [];

        public long StreamTime { get; private set; } = -1;

        /// <summary>Takes a record; answers the windows that it changed, the earliest first.</summary>
        public IEnumerable<(string Name, string Text, long Time, long Start)> Add(Piped record)
        {
            if (record.Key is null)
                return [];
            StreamTime = Math.Max(StreamTime, record.Time);
            var open = new HashSet<long>();
            for (var start = 0L; start <= record.Time; start += advance)
            {
                if (record.Time < start + size && start + size > StreamTime - grace && open.Add(start))
                    _taken.Add((record.Key, start, record));
            }

            return [.. All().Where(w => open.Contains(w.Start) && w.Name.StartsWith(record.Key, StringComparison.Ordinal))];
        }

        /// <summary>All windows, by start and key.</summary>
        public IEnumerable<(string Name, string Text, long Time, long Start)> All() =>
            _taken.GroupBy(t => (t.Key, t.Start)).OrderBy(g => g.Key.Start).ThenBy(g => g.Key.Key, StringComparer.Ordinal).Select(g => (
                $"{g.Key.Key}@{g.Key.Start}-{g.Key.Start + size}",
                string.Concat(g.Select(t => Text(t.Record.Value))),
                g.Max(t => t.Record.Time),
                g.Key.Start));
    }
}
