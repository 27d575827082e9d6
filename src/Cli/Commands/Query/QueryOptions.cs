using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace MedStreams.Cli.Commands.Query;

/// <summary>The options that say what is asked for.</summary>
internal sealed class QueryOptions
{
    private readonly Option<string> _key = new("--key", "-k") { Description = "One key; else a range of keys" };
    private readonly Option<string> _from = new("--from") { Description = "The first key", HelpName = "KEY" };
    private readonly Option<string> _to = new("--to") { Description = "The last key, included", HelpName = "KEY" };
    private readonly Option<string> _prefix = new("--prefix") { Description = "Keys that begin with this text", HelpName = "TEXT" };
    private readonly Option<bool> _descending = new("--descending") { Description = "From the largest key down" };
    private readonly Option<string> _timeFrom = TimeOption("--time-from", "The first start of a window, end of a session, or time of a version");
    private readonly Option<string> _timeTo = TimeOption("--time-to", "The last start of a window or session, or time of a version");
    private readonly Option<string> _asOf = TimeOption("--as-of", "The version that held then");
    private readonly Option<bool> _versions = new("--versions") { Description = "All versions of the key between both times" };
    private readonly Option<int?> _limit = new("--limit", "-n") { Description = "Most entries of a page, from 1 to 10000 (default: 100)" };
    private readonly Option<string> _after = new("--after") { Description = "Where an earlier page ended", HelpName = "PLACE" };
    private readonly Option<bool> _all = new("--all") { Description = "All pages" };
    private readonly Option<int?> _partition = new("--partition", "-p") { Description = "Only this one, for keys that a partitioner of your own placed" };
    private readonly Option<bool> _stale = new("--stale") { Description = "Standbys may answer, which may be behind" };

    public QueryOptions()
    {
        _limit.MustBeAtLeast(1);
        _partition.MustBeAtLeast(0);
    }

    public IReadOnlyList<Option> All =>
    [
        _key, _from, _to, _prefix, _descending, _timeFrom, _timeTo, _asOf, _versions, _limit, _after, _all, _partition, _stale,
    ];

    /// <summary>What the arguments ask of a store with keys of a type.</summary>
    /// <exception cref="CliException">A key or a time is none.</exception>
    public QueryFields Read(ParseResult parse, string keyType)
    {
        var fields = new QueryFields { All = parse.GetValue(_all), After = parse.GetValue(_after) };
        Add("key", _key, text => Key(text, keyType));
        Add("from", _from, text => Key(text, keyType));
        Add("to", _to, text => Key(text, keyType));
        Add("prefix", _prefix, static text => JsonSerializer.SerializeToElement(text));
        Add("timeFrom", _timeFrom, Time);
        Add("timeTo", _timeTo, Time);
        Add("asOf", _asOf, Time);
        AddSwitch("descending", _descending);
        AddSwitch("versions", _versions);
        AddSwitch("stale", _stale);
        AddNumber("limit", _limit);
        AddNumber("partition", _partition);
        return fields;

        void Add(string name, Option<string> option, Func<string, JsonElement> read)
        {
            if (parse.GetValue(option) is { } text)
                fields.Values.Add(name, read(text));
        }

        void AddSwitch(string name, Option<bool> option)
        {
            if (parse.GetValue(option))
                fields.Values.Add(name, JsonSerializer.SerializeToElement(true));
        }

        void AddNumber(string name, Option<int?> option)
        {
            if (parse.GetValue(option) is { } number)
                fields.Values.Add(name, JsonSerializer.SerializeToElement(number));
        }
    }

    private static Option<string> TimeOption(string name, string description) =>
        new(name) { Description = description + ": ISO 8601 or epoch milliseconds", HelpName = "TIME" };

    /// <summary>A key as JSON: a text where the store's keys are texts in JSON, else what was written.</summary>
    private static JsonElement Key(string text, string keyType)
    {
        if (keyType is "String" or "Byte[]" or "Guid" or "DateTime" or "DateTimeOffset" or "TimeSpan" or "Char")
            return JsonSerializer.SerializeToElement(text);
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            throw CliException.Usage($"The keys of this store are of type {keyType}: write them as JSON");
        }
    }

    private static JsonElement Time(string text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
            return JsonSerializer.SerializeToElement(milliseconds);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? JsonSerializer.SerializeToElement(time.ToUnixTimeMilliseconds())
            : throw CliException.Usage($"{text} is no time: allowed is ISO 8601, or epoch milliseconds");
    }
}

/// <summary>The fields of a query.</summary>
internal sealed class QueryFields
{
    public Dictionary<string, JsonElement> Values { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether all pages are wanted.</summary>
    public bool All { get; init; }

    /// <summary>Where the first page begins; null at the beginning.</summary>
    public string? After { get; init; }

    /// <summary>The query as JSON.</summary>
    /// <param name="after">Where an earlier page ended; null for the first.</param>
    public byte[] ToJson(string? after)
    {
        var fields = new Dictionary<string, JsonElement>(Values, StringComparer.Ordinal);
        if ((after ?? After) is { } place)
            fields.Add("after", JsonSerializer.SerializeToElement(place));
        return JsonSerializer.SerializeToUtf8Bytes(fields);
    }
}
