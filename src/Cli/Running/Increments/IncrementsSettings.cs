using System.Text;
using MedStreams.Cli.Configuration;
using MedStreams.Topologies.Increments;
using Microsoft.Extensions.Configuration;

namespace MedStreams.Cli.Running.Increments;

/// <summary>How the increments topology is set up; the meanings are those of <see cref="IncrementsOptions"/>.</summary>
internal static class IncrementsSettings
{
    public static Setting<byte[]> PseudonymKey { get; } =
        new("Increments:PseudonymKey", "The secret of the hash that turns subjects into pseudonyms; the same on all instances, for ever",
            new Rule<byte[]>($"a text of at least {LogParsingOptions.MinimumKeyLength} bytes", (string text, out byte[] value) =>
            {
                value = Encoding.UTF8.GetBytes(text);
                return value.Length >= LogParsingOptions.MinimumKeyLength;
            }),
            null)
        {
            Secret = true,
            Option = "dotnet user-secrets --id medstreams set MedStreams:Increments:PseudonymKey ..",
        };

    public static Setting<TimeZoneInfo> DefaultZone { get; } =
        new("Increments:DefaultZone", "The zone of times that name none", TimeZones, "UTC");

    public static Setting<int> MaxRecordBytes { get; } =
        new("Increments:MaxRecordBytes", "The longest record that is parsed; longer ones are dead-lettered", Rules.Integer(1 << 10, 64 << 20), "1048576");

    public static Setting<string> RawTopic { get; } = Topic("RawTopic", "Where raw records come from", "logs.raw");

    public static Setting<string> ParsedTopic { get; } = Topic("ParsedTopic", "Where parsed events go", "logs.parsed");

    public static Setting<string> DeadLetterTopic { get; } =
        Topic("DeadLetterTopic", "Where records go that cannot be parsed", "logs.dead-letter");

    public static Setting<string> ProductTopicPrefix { get; } =
        Topic("ProductTopicPrefix", "What stands before a product's name in its topic's name", "product.");

    public static Setting<string> IncrementsTopic { get; } = Topic("IncrementsTopic", "Where rows of results go", "increments");

    public static Setting<TimeSpan> Window { get; } =
        new("Increments:Window", "The length of a window", Rules.Duration(TimeSpan.FromSeconds(1)), "1 min");

    public static Setting<TimeSpan> Grace { get; } =
        new("Increments:Grace", "How long after a window's end its events still count", Rules.Duration(TimeSpan.Zero), "5 min");

    public static Setting<TimeSpan> Retention { get; } =
        new("Increments:Retention", "How long windows are kept; older events count as late", Rules.Duration(TimeSpan.FromSeconds(1)), "40 d");

    public static Setting<TimeSpan> EmitInterval { get; } =
        new("Increments:EmitInterval", "How often changed rows are emitted; 0 s: after each event",
            Rules.Duration(TimeSpan.Zero, TimeSpan.FromMinutes(1)), "1 s");

    public static SettingGroup Routes { get; } =
        new("Increments:Routes", "The routing table, an array of {Name, Product, When: [{Field, Is or StartsWith or Like}]}; it replaces the built-in one");

    public static SettingGroup Sources { get; } =
        new("Increments:Sources", "Known sources, an array of {Name, Format, Host, Product, Zone}; it replaces the built-in ones");

    public static SettingGroup Templates { get; } =
        new("Increments:Templates", "More message templates, an array of texts with `<*>` for what varies and `<subject>` for the subject");

    /// <summary>All settings, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        PseudonymKey, DefaultZone, MaxRecordBytes, RawTopic, ParsedTopic, DeadLetterTopic, ProductTopicPrefix, IncrementsTopic,
        Window, Grace, Retention, EmitInterval,
    ];

    /// <summary>All groups.</summary>
    public static IReadOnlyList<SettingGroup> Groups { get; } = [Routes, Sources, Templates];

    private static Rule<TimeZoneInfo> TimeZones => new("a time zone such as UTC or Europe/Zurich", (string text, out TimeZoneInfo value) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(text, out value!));

    /// <summary>The topology's options, checked.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="forDescription">The key need not be set: nothing will be hashed.</param>
    /// <exception cref="CliException">One is missing or wrong; the text says which.</exception>
    public static IncrementsOptions ToOptions(EffectiveSettings settings, bool forDescription)
    {
        var zone = settings.Get(DefaultZone);
        var key = forDescription && !settings.Find(PseudonymKey, out _)
            ? new byte[LogParsingOptions.MinimumKeyLength]
            : settings.Require(PseudonymKey);
        var options = new IncrementsOptions
        {
            Parsing = new LogParsingOptions
            {
                PseudonymKey = key,
                DefaultZone = zone,
                MaxRecordBytes = settings.Get(MaxRecordBytes),
                Sources = Bind<SourceSetting>(settings, Sources) is { Count: > 0 } sources
                    ? sources.ConvertAll(source => source.ToSource())
                    : HospitalDefaults.Sources,
                Templates = Bind<string>(settings, Templates),
            },
            Routes = Bind<RoutingRule>(settings, Routes) is { Count: > 0 } routes ? routes : HospitalDefaults.Routes,
            RawTopic = settings.Get(RawTopic),
            ParsedTopic = settings.Get(ParsedTopic),
            DeadLetterTopic = settings.Get(DeadLetterTopic),
            ProductTopicPrefix = settings.Get(ProductTopicPrefix),
            IncrementsTopic = settings.Get(IncrementsTopic),
            Window = settings.Get(Window),
            Grace = settings.Get(Grace),
            Retention = settings.Get(Retention),
            EmitInterval = settings.Get(EmitInterval),
        };
        return Checked(options);
    }

    private static IncrementsOptions Checked(IncrementsOptions options)
    {
        try
        {
            options.Validate();
            return options;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or RoutingTableException)
        {
            throw CliException.Usage($"MedStreams:Increments: {e.Message}");
        }
    }

    private static Setting<string> Topic(string name, string description, string value) =>
        new($"Increments:{name}", description, Rules.TopicName, value);

    private static List<T> Bind<T>(EffectiveSettings settings, SettingGroup group)
    {
        var entries = settings.Entries(group).Select(e => KeyValuePair.Create(e.Key, (string?)e.Value));
        try
        {
            return new ConfigurationBuilder().AddInMemoryCollection(entries).Build()
                .Get<List<T>>(binder => binder.ErrorOnUnknownConfiguration = true) ?? [];
        }
        catch (InvalidOperationException e)
        {
            throw CliException.Usage($"MedStreams:{group.Key}: {(e.InnerException ?? e).Message} It is: {group.Description}.");
        }
    }

    /// <summary>A source as it stands in settings.</summary>
    private sealed record SourceSetting
    {
        public string Name { get; init; } = "";

        public string? Format { get; init; }

        public string? Host { get; init; }

        public string? Product { get; init; }

        public string? Zone { get; init; }

        public LogSource ToSource() => new()
        {
            Name = Name,
            Format = Format,
            Host = Host,
            Product = Product,
            Zone = Zone is null ? null
                : TimeZones.TryRead(Zone, out var zone) ? zone
                : throw CliException.Usage($"MedStreams:{Sources.Key}: the source '{Name}' has the zone '{Zone}'; allowed is {TimeZones.Allowed}"),
        };
    }
}
