using MedStreams.Streams.Testing;

namespace MedStreams.Streams.Tests.Dsl;

/// <summary>Joins by foreign key beyond the recorded runs: keys and values of all kinds, and combinations.</summary>
public sealed class ForeignKeyJoinTests
{
    [Fact]
    public void A_deletion_is_told_once_where_the_foreign_key_is_a_value_type()
    {
        var run = Run<int, string, int, string>(
            (left, right) => left.LeftJoin(right, v => v.Length, (v, f) => $"{v}+{f ?? "none"}"));
        Assert.Equal([(1, "ab+none")], run.Left(1, "ab"));
        Assert.Equal([(1, "ab+two")], run.Right(2, "two"));
        Assert.Equal([(1, null)], run.Left(1, null));
        Assert.Empty(run.Right(2, "TWO"));
        Assert.Empty(run.Left(1, null));
    }

    [Fact]
    public void Zero_is_a_foreign_key_like_others()
    {
        var run = Run<int, string, int, string>(
            (left, right) => left.Join(right, v => v.Length, (v, f) => $"{v}+{f}"));
        Assert.Empty(run.Left(0, ""));
        Assert.Equal([(0, "+zero")], run.Right(0, "zero"));
        Assert.Equal([(0, null)], run.Left(0, null));
        Assert.Empty(run.Right(0, "ZERO"));
    }

    [Fact]
    public void A_value_type_may_be_missing()
    {
        var run = Run<string, string, int, string>((left, right) => left.LeftJoin(
            right, v => v == "none" ? null : v.Length, (v, f) => $"{v}+{f ?? "null"}"));
        Assert.Equal([("a", "none+null")], run.Left("a", "none"));
        Assert.Empty(run.Right(4, "four"));
        Assert.Equal([("a", "some+four")], run.Left("a", "some"));
        Assert.Equal([("a", "none+null")], run.Left("a", "none"));
        Assert.Empty(run.Right(4, "FOUR"));
    }

    [Fact]
    public void Guids_and_values_of_structs_are_joined()
    {
        var (one, two) = (Guid.NewGuid(), Guid.NewGuid());
        var run = Run<Guid, long?, Guid, int?>((left, right) => left.LeftJoin(
            right, (k, v) => v > 0 ? two : k, (v, f) => (long?)(v + (f ?? 0))));
        Assert.Equal([(one, 7L)], run.Left(one, 7));
        Assert.Equal([(one, 12L)], run.Right(two, 5));
        Assert.Equal([(one, 7L)], run.Right(two, null));
        Assert.Equal([(one, -1L)], run.Left(one, -1));
        Assert.Equal([(one, 2L)], run.Right(one, 3));
        Assert.Equal([(one, null)], run.Left(one, null));
    }

    [Fact]
    public void Keys_of_the_store_do_not_mix_where_one_foreign_key_begins_another()
    {
        var run = Run<string, string, string, string>((left, right) => left.Join(right, v => v, (v, f) => v + f));
        run.Left("x", "a");
        run.Left("y", "aa");
        Assert.Equal([("x", "a1")], run.Right("a", "1"));
        Assert.Equal([("y", "aa2")], run.Right("aa", "2"));
    }

    /// <summary>KAFKA-16407: what becomes of an inner join where a foreign key comes and goes.</summary>
    [Fact]
    public void A_foreign_key_that_goes_takes_the_result_along_and_one_that_comes_brings_it()
    {
        var run = Run<string, string, string, string>((left, right) => left.Join(
            right, v => v == "-" ? null : v, (v, f) => v + f));
        run.Right("p", "1");
        Assert.Empty(run.Left("a", "-"));
        Assert.Equal([("a", "p1")], run.Left("a", "p"));
        Assert.Equal([("a", null)], run.Left("a", "-"));
        Assert.Empty(run.Right("p", "2"));
        Assert.Empty(run.Left("a", null));
    }

    [Fact]
    public void A_moved_foreign_key_leaves_no_subscription_behind()
    {
        var run = Run<string, string, string, string>((left, right) => left.Join(right, v => v[..1], (v, f) => v + f));
        run.Right("p", "1");
        run.Left("a", "p0");
        Assert.Equal([("a", null)], run.Left("a", "q0"));
        Assert.Empty(run.Right("p", "2"));
        Assert.Equal([("a", "q03")], run.Right("q", "3"));
    }

    [Fact]
    public void Times_are_the_larger_of_both_sides_and_headers_those_of_the_change()
    {
        var builder = new StreamsBuilder();
        builder.Table<string, string>("left")
            .LeftJoin(builder.Table<string, string>("right"), v => v, (v, f) => v + f)
            .ToStream()
            .To("out");
        using var driver = new TopologyTestDriver(builder.Build());
        var left = driver.CreateInputTopic<string, string>("left");
        var right = driver.CreateInputTopic<string, string>("right");
        var output = driver.CreateOutputTopic<string, string>("out");
        var mark = Headers.Empty.With("from", "right"u8.ToArray());
        right.PipeInput("p", "1", 100, mark);
        left.PipeInput("a", "p", 50);
        Assert.Equal(new Record<string, string>("a", "p1", 100), output.ReadRecord());
        right.PipeInput("p", "2", 20, mark);
        Assert.Equal(new Record<string, string>("a", "p2", 20, mark), output.ReadRecord());
    }

    [Fact]
    public void Both_sides_may_be_aggregates_and_the_result_may_be_aggregated()
    {
        var builder = new StreamsBuilder();
        var orders = builder.Stream<string, string>("orders")
            .GroupByKey()
            .Aggregate(() => "", (_, v, all) => v.Length == 1 ? v : all + v);
        var sizes = builder.Stream<string, string>("sizes").GroupByKey().Count();
        orders.Join(sizes, v => v[..1], (v, n) => $"{v}:{n}")
            .GroupBy((_, v) => (v[..1], v))
            .Reduce((_, v) => v, (old, v) => old == v ? null! : old, Materialized.As("last"))
            .ToStream()
            .To("out");
        using var driver = new TopologyTestDriver(builder.Build());
        driver.CreateInputTopic<string, string>("orders").PipeInput([("a", "p"), ("b", "p"), ("a", "xx")]);
        driver.CreateInputTopic<string, string>("sizes").PipeInput([("p", ""), ("p", ""), ("q", "")]);
        Assert.Equal("p:2", driver.GetTimestampedKeyValueStore<string, string>("last").Get("p")?.Value);
    }

    [Fact]
    public void Windows_have_foreign_keys_too()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in")
            .GroupByKey()
            .WindowedBy(TimeWindows.OfSizeWithNoGrace(TimeSpan.FromSeconds(10)))
            .Count()
            .LeftJoin(builder.Table<long, string>("names"), n => n, (n, name) => $"{n}={name}")
            .ToStream((k, _) => $"{k.Key}@{k.Window.Start}")
            .To("out");
        using var driver = new TopologyTestDriver(builder.Build());
        driver.CreateInputTopic<long, string>("names").PipeInput(2, "two", 0);
        driver.CreateInputTopic<string, string>("in").PipeInput([("a", ""), ("a", "")]);
        Assert.Equal(
            [("a@0", "1="), ("a@0", "2=two")], driver.CreateOutputTopic<string, string>("out").ReadKeyValues());
    }

    /// <summary>The bytes of Kafka Streams' SubscriptionWrapper (version 1) and SubscriptionResponseWrapper (version 0).</summary>
    [Fact]
    public void Subscriptions_and_responses_have_the_bytes_of_Kafka_Streams()
    {
        var builder = new StreamsBuilder();
        builder.Table<string, string>("left")
            .LeftJoin(builder.Table<string, string>("right"), v => v[..1], (v, f) => v + f, TableJoined.As("fk"))
            .ToStream()
            .To("out");
        using var driver = new TopologyTestDriver(builder.Build());
        var registrations = driver.CreateOutputTopic<string, byte[]>("test-fk-subscription-registration-topic");
        var responses = driver.CreateOutputTopic<string, byte[]>("test-fk-subscription-response-topic");
        var changelog = driver.CreateOutputTopic<byte[], byte[]>("test-fk-subscription-store-changelog");
        driver.CreateInputTopic<string, string>("right").PipeInput("p", "R", 0);
        driver.CreateInputTopic<string, string>("left").PipeInput("a", "p|17", 0);
        const string hash = "f1729993167a586cdcf95df1d6d7f6d0"; // of p|17
        var registration = registrations.ReadRecord();
        Assert.Equal("p", registration.Key);
        Assert.Equal($"0102{hash}6100000000", Convert.ToHexStringLower(registration.Value));
        Assert.Equal($"00{hash}52", Convert.ToHexStringLower(responses.ReadRecord().Value));
        Assert.Equal("000000017061", Convert.ToHexStringLower(changelog.ReadRecord().Key));

        driver.CreateInputTopic<string, string>("left").PipeInput("a", null!, 0);
        Assert.Equal("81006100000000", Convert.ToHexStringLower(registrations.ReadRecord().Value));
        var deletion = registrations.ReadRecord();
        Assert.Null(deletion.Key);
        Assert.Equal("81026100000000", Convert.ToHexStringLower(deletion.Value));
        Assert.Equal("80", Convert.ToHexStringLower(responses.ReadRecord().Value));
    }

    [Fact]
    public void A_table_may_be_joined_with_itself()
    {
        var builder = new StreamsBuilder();
        var people = builder.Table<string, string>("people");
        people.LeftJoin(people, (_, boss) => boss, (boss, above) => $"{boss}<{above ?? "?"}", Materialized.As("bosses"))
            .ToStream()
            .To("out");
        using var driver = new TopologyTestDriver(builder.Build());
        var input = driver.CreateInputTopic<string, string?>("people");
        var store = driver.GetTimestampedKeyValueStore<string, string>("bosses");
        input.PipeInput([("ann", "bob"), ("bob", "cid")]);
        Assert.Equal(["bob<cid", "cid<?"], store.All().Select(e => e.Value!.Value.Value));
        input.PipeInput("bob", null);
        Assert.Equal(["bob<?"], store.All().Select(e => e.Value!.Value.Value));
    }

    /// <summary>A join of two tables, whose results have the type of the left one's values.</summary>
    private static JoinRun<TKey, TValue, TForeignKey, TForeign> Run<TKey, TValue, TForeignKey, TForeign>(
        Func<KTable<TKey, TValue>, KTable<TForeignKey, TForeign>, KTable<TKey, TValue>> join) => new(join);

    private sealed class JoinRun<TKey, TValue, TForeignKey, TForeign>
    {
        private readonly TestInputTopic<TKey, TValue?> _left;
        private readonly TestInputTopic<TForeignKey, TForeign?> _right;
        private readonly TestOutputTopic<TKey, TValue?> _output;

        public JoinRun(Func<KTable<TKey, TValue>, KTable<TForeignKey, TForeign>, KTable<TKey, TValue>> join)
        {
            var builder = new StreamsBuilder();
            join(builder.Table<TKey, TValue>("left"), builder.Table<TForeignKey, TForeign>("right")).ToStream().To("out");
            var driver = new TopologyTestDriver(builder.Build());
            _left = driver.CreateInputTopic<TKey, TValue?>("left");
            _right = driver.CreateInputTopic<TForeignKey, TForeign?>("right");
            _output = driver.CreateOutputTopic<TKey, TValue?>("out");
        }

        public IReadOnlyList<(TKey Key, TValue? Value)> Left(TKey key, TValue? value)
        {
            _left.PipeInput(key, value);
            return _output.ReadKeyValues();
        }

        public IReadOnlyList<(TKey Key, TValue? Value)> Right(TForeignKey key, TForeign? value)
        {
            _right.PipeInput(key, value);
            return _output.ReadKeyValues();
        }
    }
}
