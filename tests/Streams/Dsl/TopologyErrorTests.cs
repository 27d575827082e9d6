namespace MedStreams.Streams.Tests.Dsl;

/// <summary>What is refused while a topology is built.</summary>
public sealed class TopologyErrorTests
{
    [Fact]
    public void A_missing_serde_is_named_with_type_and_operator()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, Version>("in").To("out");
        var error = Assert.Throws<TopologyException>(() => builder.Build());
        Assert.Contains("KSTREAM-SOURCE-0000000000", error.Message, StringComparison.Ordinal);
        Assert.Contains("Version", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_registered_serde_serves_all_operators()
    {
        var builder = new StreamsBuilder(new StreamsBuilderOptions().WithSerde(new VersionSerde()));
        builder.Stream<string, Version>("in").GroupByKey().Reduce((_, v) => v).ToStream().To("out");
        Assert.Contains("KSTREAM-REDUCE-0000000002", builder.Build().Describe().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_provider_is_asked_for_types_without_serde()
    {
        var builder = new StreamsBuilder(new StreamsBuilderOptions().WithSerdes(new VersionProvider()));
        builder.Stream<string, Version>("in").To("out");
        Assert.NotNull(builder.Build());
    }

    [Fact]
    public void A_table_of_values_that_cannot_be_null_is_refused()
    {
        var builder = new StreamsBuilder();
        var error = Assert.Throws<TopologyException>(() => builder.Table<string, long>("in"));
        Assert.Contains("Int64?", error.Message, StringComparison.Ordinal);
        Assert.Throws<TopologyException>(() => builder.Stream<string, string>("x").GroupByKey().Aggregate(() => 0L, (_, _, sum) => sum + 1));
    }

    [Fact]
    public void Streams_of_the_same_topics_share_a_source()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").To("a");
        builder.Stream<string, string>("in").To("b");
        Assert.Single(builder.Build().Describe().Subtopologies[0].Nodes, n => n.Kind == NodeKind.Source);
    }

    [Fact]
    public void Streams_that_share_some_topics_are_refused()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").To("a");
        builder.Stream<string, string>(["in", "more"]).To("b");
        Assert.Throws<TopologyException>(() => builder.Build());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a b")]
    [InlineData("ü")]
    public void An_illegal_name_is_refused(string name) => Assert.Throws<TopologyException>(() => Named.As(name));

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(10, 11, 0)]
    [InlineData(10, 0, 0)]
    [InlineData(10, 5, -1)]
    public void Impossible_windows_are_refused(int size, int advance, int grace) =>
        Assert.Throws<TopologyException>(() => TimeWindows
            .OfSizeAndGrace(TimeSpan.FromSeconds(size), TimeSpan.FromSeconds(grace))
            .AdvanceBy(TimeSpan.FromSeconds(advance)));

    [Fact]
    public void Windows_must_be_kept_for_their_size_and_grace()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in")
            .GroupByKey()
            .WindowedBy(TimeWindows.OfSizeAndGrace(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5)))
            .Count(new Materialized<string, long?> { Retention = TimeSpan.FromSeconds(14) });
        Assert.Throws<TopologyException>(() => builder.Build());
    }

    [Fact]
    public void Generated_names_of_what_outlives_a_topology_are_refused_where_asked()
    {
        var builder = new StreamsBuilder(new StreamsBuilderOptions { EnsureExplicitInternalResourceNaming = true });
        builder.Stream<string, string>("in").GroupBy((_, v) => v).Count().ToStream().To("out");
        var error = Assert.Throws<TopologyException>(() => builder.Build());
        Assert.Contains("KSTREAM-AGGREGATE-STATE-STORE-0000000002-repartition", error.Message, StringComparison.Ordinal);

        var named = new StreamsBuilder(new StreamsBuilderOptions { EnsureExplicitInternalResourceNaming = true });
        named.Stream<string, string>("in").GroupBy((_, v) => v, Grouped.As("by-value")).Count(Materialized.As("n")).ToStream().To("out");
        Assert.NotNull(named.Build());
    }

    private sealed class VersionSerde : ISerde<Version>
    {
        public void Serialize(
            Version value, System.Buffers.IBufferWriter<byte> destination, in SerdeContext context) =>
            Serdes.String.Serialize(value.ToString(), destination, context);

        public Version Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) =>
            Version.Parse(Serdes.String.Deserialize(data, context));
    }

    private sealed class VersionProvider : ISerdeProvider
    {
        public ISerde<T>? Find<T>() => new VersionSerde() as ISerde<T>;
    }
}
