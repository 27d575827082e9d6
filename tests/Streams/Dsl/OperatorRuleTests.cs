namespace MedStreams.Streams.Tests.Dsl;

/// <summary>
/// Rules of Kafka Streams' operators that no recorded run shows. What is expected was seen in a run of Kafka Streams' own processors, whose
/// class is named with each rule.
/// </summary>
public sealed class OperatorRuleTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>
    /// <c>KStreamKStreamJoin</c> notes the time of the entry at which it stops looking for closed windows, and each value that waits is an
    /// entry: of two values of one key and time, the second is where it stops.
    /// </summary>
    [Fact]
    public void Values_that_wait_at_one_time_are_looked_at_one_by_one()
    {
        using var run = new Run(b => b.Stream<string, string>("left").OuterJoin(
            b.Stream<string, string>("right"),
            (x, y) => $"{x ?? "-"}+{y ?? "-"}",
            JoinWindows.OfTimeDifferenceAndGrace(4 * Second, 2 * Second)).To("out"));
        run.Pipe("right", "c", "0", 34_000);
        run.Pipe("right", "d", "2", 35_500);
        run.Pipe("left", "c", "salmon", 38_500);
        run.Pipe("right", "d", "3", 39_500);
        run.Pipe("left", "c", "green", 38_500);
        Assert.Equal(["c=-+0@34000"], run.Pipe("left", "e", "x", 40_500));
        Assert.Equal(
            ["d=-+2@35500", "c=salmon+-@38500", "c=green+-@38500"], run.Pipe("left", "e", "y", 45_500));
    }

    /// <summary><c>InternalStreamsBuilder.mergeDuplicateSourceNodes</c>: both sides read the topic through one source.</summary>
    [Fact]
    public void Two_streams_of_one_topic_are_joined()
    {
        using var run = new Run(b => b.Stream<string, string>("in").Join(
            b.Stream<string, string>("in"), (x, y) => x + y, JoinWindows.OfTimeDifferenceWithNoGrace(Second)).To("out"));
        Assert.Equal(["a=11@0"], run.Pipe("in", "a", "1", 0));
        Assert.Equal(["a=21@5", "a=12@5", "a=22@5"], run.Pipe("in", "a", "2", 5));
    }

    /// <summary><c>rewriteSingleStoreSelfJoin</c> takes joins of all kinds, since a record always finds itself.</summary>
    [Theory]
    [InlineData("inner")]
    [InlineData("left")]
    [InlineData("outer")]
    public void A_stream_joined_with_itself_keeps_one_store(string kind)
    {
        var windows = JoinWindows.OfTimeDifferenceWithNoGrace(Second);
        using var run = new Run(
            b =>
            {
                var stream = b.Stream<string, string>("in");
                var joined = kind switch
                {
                    "inner" => stream.Join(stream, (x, y) => x + y, windows),
                    "left" => stream.LeftJoin(stream, (x, y) => x + y, windows),
                    _ => stream.OuterJoin(stream, (x, y) => x + y, windows),
                };
                joined.To("out");
            },
            TopologyOptimizations.SingleStoreSelfJoin);
        Assert.Equal(
            ["KSTREAM-JOINTHIS-0000000003-store"],
            run.Topology.Describe().Subtopologies[0].Nodes.SelectMany(n => n.Stores).Select(s => s.Replace("OUTERTHIS", "JOINTHIS", StringComparison.Ordinal)).Distinct());
        Assert.Equal(["a=11@0"], run.Pipe("in", "a", "1", 0));
        Assert.Equal(["a=21@5", "a=12@5", "a=22@5"], run.Pipe("in", "a", "2", 5));
    }

    /// <summary>
    /// <c>KStreamSessionWindowAggregate</c> asks the store, which shows no session that ended before its retention; a cache would.
    /// </summary>
    [Fact]
    public void Sessions_beyond_the_retention_do_not_merge_without_a_cache()
    {
        var windows = SessionWindows.OfInactivityGapAndGrace(2 * Second, 6 * Second);
        using var cached = Sessions(new Materialized<string, long?>());
        using var plain = Sessions(new Materialized<string, long?> { CachingEnabled = false });
        foreach (var run in (Run[])[cached, plain])
        {
            run.Pipe("in", "a", "x", 2_000);
            run.Pipe("in", "b", "x", 10_000);
        }

        Assert.Equal(["a[2000-4000]=2@4000"], cached.Pipe("in", "a", "x", 4_000));
        Assert.Equal(["a[4000-4000]=1@4000"], plain.Pipe("in", "a", "x", 4_000));

        Run Sessions(Materialized<string, long?> materialized) => new(
            b => Run.ToTexts(b.Stream<string, string>("in").GroupByKey().WindowedBy(windows).Count(materialized)));
    }

    /// <summary>The retention that counts is that of the store that the user supplies.</summary>
    [Fact]
    public void Sessions_merge_as_long_as_their_store_keeps_them()
    {
        using var run = new Run(b => Run.ToTexts(b.Stream<string, string>("in")
            .GroupByKey()
            .WindowedBy(SessionWindows.OfInactivityGapAndGrace(2 * Second, 4 * Second))
            .EmitStrategy(EmitStrategy.OnWindowClose)
            .Reduce(
                (x, y) => x + y,
                new Materialized<string, string> { Supplier = Stores.InMemorySessionStore("mem", 60 * Second) })));
        run.Pipe("in", "a", "1", 2_000);
        run.Pipe("in", "a", "3", 8_001);
        run.Pipe("in", "a", "2", 3_999);
        Assert.Equal(["a[2000-3999]=12@3999", "a[8001-8001]=3@8001"], run.Pipe("in", "b", "x", 30_000));
    }

    /// <summary><c>InMemorySessionStore</c> orders sessions of one end by key, the store on disk by their starts first.</summary>
    [Theory]
    [InlineData(false, "a[9000-9000]=1@9000", "b[8000-9000]=2@9000")]
    [InlineData(true, "b[8000-9000]=2@9000", "a[9000-9000]=1@9000")]
    public void Closed_sessions_of_one_end_come_in_the_order_of_their_store(bool persistent, string first, string second)
    {
        using var run = new Run(b => Run.ToTexts(b.Stream<string, string>("in")
            .GroupByKey()
            .WindowedBy(SessionWindows.OfInactivityGapWithNoGrace(2 * Second))
            .EmitStrategy(EmitStrategy.OnWindowClose)
            .Count(new Materialized<string, long?> { StoreType = persistent ? StoreType.Persistent : StoreType.InMemory })));
        run.Pipe("in", "b", "x", 8_000);
        run.Pipe("in", "b", "x", 9_000);
        run.Pipe("in", "a", "x", 9_000);
        Assert.Equal([first, second], run.Pipe("in", "c", "x", 12_000));
    }

    /// <summary>A change of the other table finds windows that are closed long since; Kafka Streams has them in its cache.</summary>
    [Fact]
    public void Windows_are_found_after_their_retention_where_a_join_looks_them_up()
    {
        using var run = new Run(b => Run.ToTexts(b.Stream<string, string>("in")
            .GroupByKey()
            .WindowedBy(TimeWindows.OfSizeWithNoGrace(10 * Second))
            .Count()
            .LeftJoin(b.Table<string, string>("names"), _ => "n", (count, name) => $"{count} {name}")));
        run.Pipe("in", "a", "x", 0);
        run.Pipe("in", "b", "x", 100_000);
        Assert.Equal(
            ["a[0-10000]=1 new@50", "b[100000-110000]=1 new@50"], run.Pipe("names", "n", "new", 50));
    }

    /// <summary>Kafka's <c>PartitionGroup</c> keeps topics with records in a queue by time, in which equal ones stay in order.</summary>
    [Fact]
    public void Records_of_equal_times_in_several_topics_are_taken_in_the_order_in_which_they_came()
    {
        using var run = new Run(b =>
        {
            var stream = b.Stream<string, string>("in");
            stream.Repartition(new() { Name = "z" }).MapValues(v => v + "z")
                .Merge(stream.Repartition(new() { Name = "a" }).MapValues(v => v + "a"))
                .To("out");
        });
        Assert.Equal(["k=vz@1", "k=va@1"], run.Pipe("in", "k", "v", 1));
    }
}
