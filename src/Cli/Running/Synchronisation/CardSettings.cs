using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using MedStreams.Cli.Configuration;
using MedStreams.Sources.Cards;

namespace MedStreams.Cli.Running.Synchronisation;

/// <summary>Where cards come from.</summary>
internal static class CardSettings
{
    public static Setting<CardSourceKind> Kind { get; } =
        new("Sync:Cards:Kind", "Where cards come from; not set: others write the topic of cards",
            Rules.OneOf(("postgres", CardSourceKind.Postgres), ("csv", CardSourceKind.Csv), ("topic", CardSourceKind.Topic)), null);

    public static Setting<string> Source { get; } =
        new("Sync:Cards:Source", "What the source is called, in the markers that new tasks wait for", Rules.TopicName, "cards");

    public static Setting<TimeSpan> Interval { get; } =
        new("Sync:Cards:Interval", "How often file or database are looked at, at least", Rules.Duration(TimeSpan.FromMilliseconds(50)), "30 s");

    public static Setting<string> File { get; } = new("Sync:Cards:File", "Of csv: the file", Rules.Text, null);

    public static Setting<char> Delimiter { get; } =
        new("Sync:Cards:Delimiter", "Of csv: what stands between cells",
            new Rule<char>("one character, or tab", (string text, out char value) =>
            {
                value = text == "tab" ? '\t' : text.FirstOrDefault();
                return (text == "tab" || text.Length == 1) && value is not ('"' or '\r' or '\n');
            }),
            ",");

    public static Setting<Encoding> Encoding { get; } =
        new("Sync:Cards:Encoding", "Of csv: the file's encoding", new Rule<Encoding>("utf-8, gb18030, windows-1252 or another that leaves ASCII alone", TryReadEncoding), "utf-8");

    public static Setting<string> ConnectionString { get; } =
        new("Sync:Cards:ConnectionString", "Of postgres: how to connect, as Npgsql takes it; not set: Postgres:ConnectionString. It is only read", Rules.Text, null)
        {
            Secret = true,
            Option = "dotnet user-secrets --id medstreams set MedStreams:Sync:Cards:ConnectionString ..",
        };

    public static Setting<string> From { get; } = new("Sync:Cards:From", "Of postgres: the table, view or joins with cards, what stands behind FROM", Rules.Text, null);

    public static Setting<string> Channel { get; } =
        new("Sync:Cards:Channel", "Of postgres: the channel that is notified of changes (NOTIFY); not set: only the interval counts", Rules.Text, null);

    public static Setting<TimeSpan> Timeout { get; } =
        new("Sync:Cards:Timeout", "Of postgres: time to read all cards", Rules.Duration(TimeSpan.FromSeconds(1)), "1 min");

    public static Setting<string> InputTopic { get; } = new("Sync:Cards:InputTopic", "Of topic: the topic with cards as JSON", Rules.TopicName, null);

    public static Setting<string> Operator { get; } = new("Sync:Cards:Operator", "The operator of cards of which no column tells it", Rules.Text, null);

    public static Setting<string> DateFormat { get; } =
        new("Sync:Cards:DateFormat", "The form of validity dates that are text, as .NET writes it",
            new Rule<string>("a form such as yyyy-MM-dd", (string text, out string value) =>
            {
                value = text;
                try
                {
                    return DateOnly.TryParseExact(new DateOnly(2031, 12, 30).ToString(text, CultureInfo.InvariantCulture), text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var read)
                        && read == new DateOnly(2031, 12, 30);
                }
                catch (FormatException)
                {
                    return false;
                }
            }),
            "yyyy-MM-dd");

    public static Setting<double> MostRemoved { get; } =
        new("Sync:Cards:MostRemoved", "Which share of the cards may vanish at once; more is taken for an accident, and nothing is changed",
            new Rule<double>("a number from 0 to 1", (string text, out double value) =>
                double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value is >= 0 and <= 1),
            "0.5");

    public static SettingGroup Columns { get; } =
        new("Sync:Cards:Columns", "Which column, expression or path of JSON holds enterprise, number, due, operator; other names become fields for operators' requests");

    /// <summary>All of them, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } =
        [Kind, Source, Interval, File, Delimiter, Encoding, ConnectionString, From, Channel, Timeout, InputTopic, Operator, DateFormat, MostRemoved];

    /// <summary>The columns.</summary>
    /// <exception cref="CliException">One that is needed is missing.</exception>
    public static CardColumns ToColumns(EffectiveSettings settings)
    {
        var entries = settings.Entries(Columns);
        var fixedOperator = settings.Find(Operator, out var one) ? one : null;
        string? named = entries.GetValueOrDefault("operator");
        if (named is null && fixedOperator is null)
            throw CliException.Usage($"{SettingsCatalog.Section}:{Columns.Key}:operator is not set: name what holds the operator, or set {Operator.Key} for all cards");
        return new CardColumns(Needed("enterprise"), Needed("number"), Needed("due"))
        {
            Operator = named,
            FixedOperator = fixedOperator,
            DateFormat = settings.Get(DateFormat),
            Fields = entries.Where(e => e.Key.ToLowerInvariant() is not ("enterprise" or "number" or "due" or "operator"))
                .ToImmutableSortedDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal),
        };

        string Needed(string name) => entries.GetValueOrDefault(name)
            ?? throw CliException.Usage($"{SettingsCatalog.Section}:{Columns.Key}:{name} is not set: name the column, expression or path of JSON that holds it");
    }

    private static bool TryReadEncoding(string text, out Encoding value)
    {
        value = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        if (text.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            return true;
        try
        {
            System.Text.Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
            value = System.Text.Encoding.GetEncoding(text, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
            return value.GetByteCount(",") == 1;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

/// <summary>Where cards come from.</summary>
internal enum CardSourceKind
{
    /// <summary>A table or view.</summary>
    Postgres,

    /// <summary>A file.</summary>
    Csv,

    /// <summary>A topic.</summary>
    Topic,
}
