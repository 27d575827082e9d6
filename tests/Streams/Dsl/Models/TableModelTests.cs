namespace MedStreams.Streams.Tests.Dsl.Models;

/// <summary>
/// Operators of tables, held to the tables themselves: what is told, taken together, is after each record what the definition makes of the
/// newest values that came.
/// </summary>
public sealed class TableModelTests
{
    public enum Kind
    {
        Inner,
        Left,
        Outer,
    }

    [Theory]
    [InlineData(Kind.Inner, false)]
    [InlineData(Kind.Inner, true)]
    [InlineData(Kind.Left, false)]
    [InlineData(Kind.Left, true)]
    [InlineData(Kind.Outer, false)]
    [InlineData(Kind.Outer, true)]
    public void Joins_of_tables(Kind kind, bool stored) =>
        Check(
            b =>
            {
                var (left, right) = (b.Table<string, int?>("in0"), b.Table<string, int?>("in1"));
                var how = stored ? new Materialized<string, string> { StoreName = "stored" } : null;
                var joined = kind switch
                {
                    Kind.Inner => left.Join(right, (x, y) => $"{x}+{y}", named: null, materialized: how),
                    Kind.Left => left.LeftJoin(right, (x, y) => $"{x}+{y}", named: null, materialized: how),
                    _ => left.OuterJoin(right, (x, y) => $"{x}+{y}", named: null, materialized: how),
                };
                joined.ToStream().To("out");
            },
            (left, right) => left.Keys.Union(right.Keys)
                .Where(k => (left.ContainsKey(k) || kind == Kind.Outer) && (right.ContainsKey(k) || kind != Kind.Inner))
                .ToDictionary(k => k, k => (
                    $"{left.GetValueOrDefault(k).Value}+{right.GetValueOrDefault(k).Value}",
                    left.TryGetValue(k, out var l) && right.TryGetValue(k, out var r) ? Math.Max(l.Time, r.Time) : -1L)));

    /// <summary>The foreign key of a value is its number as one of the letters a to d, or none.</summary>
    [Theory]
    [InlineData(Kind.Inner, false)]
    [InlineData(Kind.Inner, true)]
    [InlineData(Kind.Left, false)]
    [InlineData(Kind.Left, true)]
    public void Joins_by_foreign_key(Kind kind, bool stored) =>
        Check(
            b =>
            {
                var (left, right) = (b.Table<string, int?>("in0"), b.Table<string, int?>("in1"));
                var how = stored ? new Materialized<string, string> { StoreName = "stored" } : null;
                var joined = kind == Kind.Inner
                    ? left.Join(right, v => Reference(v), (x, y) => $"{x}+{y}", joined: null, materialized: how)
                    : left.LeftJoin(right, v => Reference(v), (x, y) => $"{x}+{y}", joined: null, materialized: how);
                joined.ToStream().To("out");
            },
            (left, right) => left
                .Where(l => kind == Kind.Left || (Reference(l.Value.Value) is { } key && right.ContainsKey(key)))
                .ToDictionary(
                    l => l.Key,
                    l => ($"{l.Value.Value}+{(Reference(l.Value.Value) is { } key && right.TryGetValue(key, out var r) ? r.Value : null)}", -1L)));

    [Fact]
    public void Filters_and_mappings() =>
        Check(
            b => b.Table<string, int?>("in0")
                .Filter((_, v) => v > 1)
                .MapValues((k, v) => v == 5 ? null : k + v)
                .ToStream()
                .To("out"),
            (left, _) => left.Where(l => l.Value.Value is > 1 and not 5).ToDictionary(l => l.Key, l => (l.Key + l.Value.Value, l.Value.Time)),
            topics: 1);

    /// <summary>Sums by the letter of a value; a group whose last entry leaves stays with 0.</summary>
    [Fact]
    public void Groups_of_a_table() =>
        Check(
            b => b.Table<string, int?>("in0")
                .GroupBy((_, v) => (Reference(v), v))
                .Aggregate(() => (int?)0, (_, v, sum) => sum + v, (_, v, sum) => sum - v)
                .MapValues(sum => sum == 0 ? null : $"{sum}")
                .ToStream()
                .To("out"),
            (left, _) => left.Where(l => Reference(l.Value.Value) is not null && l.Value.Value != 0)
                .GroupBy(l => Reference(l.Value.Value)!)
                .ToDictionary(g => g.Key, g => ($"{g.Sum(l => l.Value.Value)}", -1L)),
            topics: 1);

    /// <summary>Each record of a stream sees the table as it is when the record comes, whatever their times.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Joins_of_a_stream_with_a_table(bool isLeft) =>
        Script.Check(
            2,
            b =>
            {
                var (stream, table) = (b.Stream<string?, int?>("in0"), b.Table<string?, int?>("in1"));
                var joined = isLeft
                    ? stream.LeftJoin(table, (x, y) => $"{x}+{y}")
                    : stream.Join(table, (x, y) => $"{x}+{y}");
                joined.To("out");
            },
            (driver, records) =>
            {
                var table = new Dictionary<string, int?>();
                foreach (var record in records)
                {
                    driver.Pipe(record);
                    var found = record.Key is null ? null : table.GetValueOrDefault(record.Key);
                    if (record is { Topic: 0, Value: not null } && (isLeft || found is not null))
                        Assert.Equal([(record.Key, $"{record.Value}+{found}", record.Time)], driver.Out());
                    else
                        Assert.Empty(driver.Out());
                    if (record is { Topic: 1, Key: not null })
                        table[record.Key] = record.Value;
                }
            });

    /// <summary>A key's changes are held back for a while after the first of them; then the last one is told, or all when the buffer is full.</summary>
    [Theory]
    [InlineData(6, int.MaxValue)]
    [InlineData(50, 2)]
    [InlineData(0, int.MaxValue)]
    public void Suppressed_changes(long wait, int maxKeys) =>
        Script.Check(
            1,
            b => b.Table<string, int?>("in0")
                .Suppress(Suppressed.UntilTimeLimit(
                    TimeSpan.FromMilliseconds(wait),
                    maxKeys == int.MaxValue ? BufferConfig.Unbounded() : BufferConfig.OfMaxRecords(maxKeys)))
                .ToStream()
                .MapValues(v => v?.ToString())
                .To("out"),
            (driver, records) =>
            {
                var held = new SortedDictionary<(long Since, string Key), Piped>();
                var known = new HashSet<string>();
                var streamTime = -1L;
                foreach (var record in records)
                {
                    driver.Pipe(record);
                    var expected = new List<(string?, string?, long)>();
                    // A deletion of what never was does not leave the table's cache.
                    if (record.Key is not null && (record.Value is not null || known.Remove(record.Key)))
                    {
                        if (record.Value is not null)
                            known.Add(record.Key);
                        streamTime = Math.Max(streamTime, record.Time);
                        var place = held.Keys.FirstOrDefault(h => h.Key == record.Key, (record.Time, record.Key));
                        held[place] = record;
                        while (held.Count > 0 && (held.First().Key.Since <= streamTime - wait || held.Count > maxKeys))
                        {
                            var (first, last) = held.First();
                            held.Remove(first);
                            expected.Add((last.Key, last.Value?.ToString(), last.Time));
                        }
                    }

                    Assert.Equal(expected, driver.Out());
                }
            });

    private static string? Reference(int? value) => value is null or > 3 ? null : "abcd"[value.Value].ToString();

    /// <summary>Holds what a topology tells to what its definition makes of two tables; a time of -1 is not compared (that of a
    /// deletion counts too, and it is gone).</summary>
    private static void Check(
        Action<StreamsBuilder> body,
        Func<Dictionary<string, (int? Value, long Time)>, Dictionary<string, (int? Value, long Time)>, Dictionary<string, (string Value, long Time)>> define,
        int topics = 2) =>
        Script.Check(
            topics,
            body,
            (driver, records) =>
            {
                Dictionary<string, (int? Value, long Time)>[] tables = [[], []];
                var told = new Dictionary<string, (string Value, long Time)>();
                foreach (var record in records)
                {
                    driver.Pipe(record);
                    if (record is { Key: not null, Value: not null })
                        tables[record.Topic][record.Key] = (record.Value, record.Time);
                    else if (record.Key is not null)
                        tables[record.Topic].Remove(record.Key);
                    foreach (var (key, value, time) in driver.Out())
                    {
                        if (value is null)
                            told.Remove(key!);
                        else
                            told[key!] = (value, time);
                    }

                    var expected = define(tables[0], tables[1]);
                    Assert.Equal(
                        expected.OrderBy(e => e.Key).Select(e => (e.Key, e.Value.Value)), told.OrderBy(t => t.Key).Select(t => (t.Key, t.Value.Value)));
                    Assert.All(expected.Where(e => e.Value.Time >= 0), e => Assert.Equal(e.Value.Time, told[e.Key].Time));
                }
            });
}
