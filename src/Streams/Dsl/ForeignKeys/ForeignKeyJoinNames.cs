using MedStreams.Streams.Dsl.Logical;

namespace MedStreams.Streams.Dsl.ForeignKeys;

/// <summary>The names of a foreign-key join's nodes, topics and store, as Kafka Streams gives them.</summary>
internal sealed record ForeignKeyJoinNames
{
    private const string Join = "KTABLE-FK-JOIN-";
    private const string Registration = Join + "SUBSCRIPTION-REGISTRATION-";
    private const string Processor = Join + "SUBSCRIPTION-PROCESSOR-";
    private const string SinkPrefix = "KTABLE-SINK-";
    private const string SourcePrefix = "KTABLE-SOURCE-";

    public const string OutputPrefix = Join + "OUTPUT-";

    private ForeignKeyJoinNames(StreamsGraph graph, string? name)
    {
        // In the order in which Kafka Streams takes them, since the counter moves with each.
        RegistrationTopic = graph.NameOr(name, "-subscription-registration", Registration) + "-topic";
        Send = graph.NameOr(name, "-subscription-registration-processor", Registration);
        RegistrationSink = graph.NameOr(name, "-subscription-registration-sink", SinkPrefix);
        RegistrationSource = graph.NameOr(name, "-subscription-registration-source", SourcePrefix);
        Store = graph.NameOr(name, "-subscription-store", Join + "SUBSCRIPTION-STATE-STORE-");
        Receive = graph.NameOr(name, "-subscription-receive", Processor);
        JoinForeign = graph.NameOr(name, "-subscription-join-foreign", Processor);
        ForeignJoin = graph.NameOr(name, "-foreign-join-subscription", Processor);
        ResponseTopic = graph.NameOr(name, "-subscription-response", Join + "SUBSCRIPTION-RESPONSE-") + "-topic";
        ResponseSink = graph.NameOr(name, "-subscription-response-sink", SinkPrefix);
        ResponseSource = graph.NameOr(name, "-subscription-response-source", SourcePrefix);
        Resolver = graph.NameOr(name, "-subscription-response-resolver", Join + "SUBSCRIPTION-RESPONSE-RESOLVER-PROCESSOR-");
        Result = graph.NameOr(name, "-result", OutputPrefix);
    }

    public string RegistrationTopic { get; }

    public string Send { get; }

    public string RegistrationSink { get; }

    public string RegistrationSource { get; }

    public string Store { get; }

    public string Receive { get; }

    public string JoinForeign { get; }

    public string ForeignJoin { get; }

    public string ResponseTopic { get; }

    public string ResponseSink { get; }

    public string ResponseSource { get; }

    public string Resolver { get; }

    public string Result { get; }

    public static ForeignKeyJoinNames Take(StreamsGraph graph, string? name) => new(graph, name);
}
