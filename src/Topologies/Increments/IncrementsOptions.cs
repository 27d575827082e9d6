namespace MedStreams.Topologies.Increments;

/// <summary>The increments topology's settings. Immutable; checked by <see cref="Validate"/>, which building the topology calls.</summary>
public sealed record IncrementsOptions
{
    /// <summary>How records are parsed.</summary>
    public required LogParsingOptions Parsing { get; init; }

    /// <summary>Which events go to which product. Default <see cref="HospitalDefaults.Routes"/>.</summary>
    public IReadOnlyList<RoutingRule> Routes { get; init; } = HospitalDefaults.Routes;

    /// <summary>Where raw records come from. Default <c>logs.raw</c>.</summary>
    public string RawTopic { get; init; } = "logs.raw";

    /// <summary>Where parsed events go. Default <c>logs.parsed</c>.</summary>
    public string ParsedTopic { get; init; } = "logs.parsed";

    /// <summary>Where records go that cannot be parsed. Default <c>logs.dead-letter</c>.</summary>
    public string DeadLetterTopic { get; init; } = "logs.dead-letter";

    /// <summary>What stands before a product's name in its topic's name. Default <c>product.</c>.</summary>
    public string ProductTopicPrefix { get; init; } = "product.";

    /// <summary>Where rows of results go. Default <c>increments</c>.</summary>
    public string IncrementsTopic { get; init; } = "increments";

    /// <summary>The length of a window; windows begin at multiples of it since 1970. Default 1 minute; at least 1 second.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long after a window's end its events still count, by the event time of their lane; later ones are counted as late.
    /// Default 5 minutes; not negative.
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a window is kept after its last event arrived, by the records' times; an event that comes later still, and would open it
    /// anew, counts as late. Bounds the state. Default 40 days; at least <see cref="Window"/> and <see cref="Grace"/> together.
    /// </summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(40);

    /// <summary>How often changed rows are emitted. Default 1 second; zero emits after each event; up to 1 minute.</summary>
    public TimeSpan EmitInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Checks every setting.</summary>
    /// <returns>The checked routing table.</returns>
    /// <exception cref="ArgumentException">A setting is out of its range; the text says which, and what is allowed.</exception>
    /// <exception cref="RoutingTableException">The rules are not usable.</exception>
    public RoutingTable Validate()
    {
        Parsing.Validate();
        string[] topics = [RawTopic, ParsedTopic, DeadLetterTopic, IncrementsTopic];
        if (topics.Any(string.IsNullOrEmpty) || topics.Distinct(StringComparer.Ordinal).Count() != topics.Length)
            throw Wrong(nameof(RawTopic), "RawTopic, ParsedTopic, DeadLetterTopic and IncrementsTopic need four different names.");
        if (topics.FirstOrDefault(t => t.StartsWith(ProductTopicPrefix, StringComparison.Ordinal)) is { } taken)
            throw Wrong(nameof(ProductTopicPrefix), $"ProductTopicPrefix '{ProductTopicPrefix}' also begins the topic {taken}: choose another.");
        if (Window < TimeSpan.FromSeconds(1))
            throw Wrong(nameof(Window), $"Window is {Window}: it is at least 1 second.");
        if (Grace < TimeSpan.Zero)
            throw Wrong(nameof(Grace), $"Grace is {Grace}: it is not negative.");
        if (Retention < Window + Grace)
            throw Wrong(nameof(Retention), $"Retention is {Retention}: it is at least Window and Grace together, {Window + Grace}.");
        if (EmitInterval < TimeSpan.Zero || EmitInterval > TimeSpan.FromMinutes(1))
            throw Wrong(nameof(EmitInterval), $"EmitInterval is {EmitInterval}: it goes from zero to 1 minute.");
        return RoutingTable.Create(Routes, ProductTopicPrefix);
    }

    private static ArgumentException Wrong(string setting, string message) => new(message, setting);
}
