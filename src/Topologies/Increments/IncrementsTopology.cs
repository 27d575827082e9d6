using MedStreams.Streams;
using MedStreams.Topologies.Increments.Counting;
using MedStreams.Topologies.Increments.Parsing;

namespace MedStreams.Topologies.Increments;

/// <summary>
/// Hospital logs in, increments out, in three stages that scale each on their own (S5.1), with topics between them:
/// <list type="number">
/// <item>parsing: <c>logs.raw</c> to <c>logs.parsed</c>, what cannot be parsed to <c>logs.dead-letter</c>;</item>
/// <item>routing: <c>logs.parsed</c> to <c>product.NAME</c>;</item>
/// <item>counting: <c>product.*</c> to <c>increments</c>.</item>
/// </list>
/// Raw records of one machine should have one key, so that they keep their order.
/// </summary>
public static class IncrementsTopology
{
    /// <summary>Adds the three stages to a builder.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    /// <exception cref="RoutingTableException">The rules are not usable.</exception>
    public static void Build(StreamsBuilder builder, IncrementsOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        var routes = options.Validate();
        Parse(builder, options);
        Route(builder, options, routes);
        Count(builder, options, routes);
    }

    /// <summary>The rows of the result topic as a stream, in a sub-topology of their own: what a sink hangs on.</summary>
    public static KStream<string, IncrementRow> Increments(StreamsBuilder builder, IncrementsOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        return builder.Stream(
            options.IncrementsTopic, Consumed.With(Serdes.String, IncrementsSerdes.Row) with { Name = "increments" });
    }

    /// <summary>All topics that the topology reads and writes, those that the engine makes for itself left out.</summary>
    public static IReadOnlyList<string> Topics(IncrementsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return
        [
            options.RawTopic, options.ParsedTopic, options.DeadLetterTopic, .. ProductTopics(options, options.Validate()),
            options.IncrementsTopic,
        ];
    }

    private static IEnumerable<string> ProductTopics(IncrementsOptions options, RoutingTable routes) =>
        routes.Products.Select(product => options.ProductTopicPrefix + product);

    private static void Parse(StreamsBuilder builder, IncrementsOptions options) =>
        builder.Stream(options.RawTopic, Consumed.With(Serdes.Bytes, Serdes.Bytes) with { Name = "raw-records" })
            .Process(() => new ParseProcessor(options.Parsing), Named.As("parse"))
            .Split("parsed-or-not-")
            .Branch(
                (_, record) => record.Event is not null,
                parsed => parsed.MapValues(record => record.Event!, "events")
                    .To(options.ParsedTopic, Produced.With(Serdes.String, IncrementsSerdes.Event) with { Name = "parsed" }),
                "parsed")
            .DefaultBranch(Branched.WithConsumer<string, ParsedRecord>(
                failed => failed.Map((_, record) => (record.Key!, record.Value!), "original-bytes")
                    .To(options.DeadLetterTopic, Produced.With(Serdes.Bytes, Serdes.Bytes) with { Name = "dead-letters" }),
                "failed"));

    private static void Route(StreamsBuilder builder, IncrementsOptions options, RoutingTable routes)
    {
        var topics = routes.Products.ToDictionary(p => p, p => options.ProductTopicPrefix + p, StringComparer.Ordinal);
        builder.Stream(options.ParsedTopic, Consumed.With(Serdes.String, IncrementsSerdes.Event) with { Name = "parsed-events" })
            .Map(
                (lane, parsed) =>
                {
                    var product = routes.Route(parsed);
                    return ($"{product}|{parsed.EventType}", parsed with { Product = product, Lane = lane });
                },
                "route")
            .To(
                (in Record<string, LogEvent> record, RecordMetadata? _) => topics[record.Value.Product],
                Produced.With(Serdes.String, IncrementsSerdes.Event) with { Name = "products" });
    }

    private static void Count(StreamsBuilder builder, IncrementsOptions options, RoutingTable routes)
    {
        foreach (var store in IncrementStores.Builders())
            builder.AddStateStore(store);
        builder.Stream(
                [.. ProductTopics(options, routes)],
                Consumed.With(Serdes.String, IncrementsSerdes.Event) with { Name = "product-events" })
            .Process(() => new IncrementProcessor(options), Named.As("count"), IncrementStores.Names)
            .To(options.IncrementsTopic, Produced.With(Serdes.String, IncrementsSerdes.Row) with { Name = "rows" });
    }
}
