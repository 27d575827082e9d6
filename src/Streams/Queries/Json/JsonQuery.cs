using System.Globalization;
using System.Text.Json;

namespace MedStreams.Streams;

/// <summary>A question in JSON is no question that can be answered; the text says why, without its content.</summary>
public sealed class JsonQueryException : StreamsException
{
    /// <summary>An error without a text.</summary>
    public JsonQueryException()
    {
    }

    /// <summary>An error that names the field.</summary>
    public JsonQueryException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public JsonQueryException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>
/// A question to a store as JSON: an object whose fields choose what is asked for. All are optional; fields that it does not know are errors.
/// </summary>
/// <remarks>
/// <c>key</c>: the value, windows, sessions or newest version of one key; else entries of a range of keys. <c>from</c>, <c>to</c>: the first and last
/// key, included. <c>prefix</c>: a text whose UTF-8 bytes keys begin with. <c>descending</c>. <c>timeFrom</c>, <c>timeTo</c>: starts of windows, ends
/// of sessions, times of versions, in epoch milliseconds. <c>asOf</c>: the version that held then. <c>versions</c>: true for all versions of the key between
/// both times. <c>limit</c>: most entries, from 1 to 10,000. <c>after</c>: where an earlier answer ended. <c>partition</c>: instead of that of the
/// default partitioner. <c>stale</c>: whether standbys may answer. <c>atLeast</c>: offsets by <c>topic-partition</c> that the store must have reached.
/// </remarks>
public sealed class JsonQuery
{
    private const int LargestLimit = 10_000;
    private const int UsualLimit = 100;

    private JsonQuery()
    {
    }

    /// <summary>The partition that was asked for; null for that of the key, or all.</summary>
    public int? Partition { get; private set; }

    /// <summary>Whether standbys and tasks in restore may answer.</summary>
    public bool AllowsStale { get; private set; }

    /// <summary>Whether one key is asked for.</summary>
    public bool HasKey => Key is not null;

    /// <summary>Most entries of an answer.</summary>
    public int Limit { get; private set; } = UsualLimit;

    /// <summary>Where an earlier answer ended: a partition and the place in it; null begins.</summary>
    public (int Partition, QueryContinuation? Place)? After { get; private set; }

    internal JsonElement? Key { get; private set; }

    internal JsonElement? From { get; private set; }

    internal JsonElement? To { get; private set; }

    internal string? Prefix { get; private set; }

    internal bool Descending { get; private set; }

    internal long TimeFrom { get; private set; }

    internal long TimeTo { get; private set; } = long.MaxValue;

    internal long? AsOf { get; private set; }

    internal bool AllVersions { get; private set; }

    internal Position AtLeast { get; private set; } = Position.Empty;

    /// <summary>Reads a question.</summary>
    /// <exception cref="JsonQueryException">A field is unknown, or has no value that it can have.</exception>
    public static JsonQuery Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new JsonQueryException("A query is a JSON object, such as {\"key\":\"k1\"}.");
        var query = new JsonQuery();
        foreach (var field in json.EnumerateObject())
            query.Set(field.Name, field.Value);
        if (query.Key is not null && (query.From ?? query.To) is not null)
            throw new JsonQueryException("A query has either key, or from and to.");
        return query;
    }

    /// <summary>The place behind an entry of a partition, as text for <c>after</c>.</summary>
    public static string Write(int partition, QueryContinuation? place) =>
        string.Create(CultureInfo.InvariantCulture, $"{partition}.{place}");

    /// <summary>The same question for the rest of an answer.</summary>
    internal JsonQuery Continue(int limit, QueryContinuation? after)
    {
        var rest = (JsonQuery)MemberwiseClone();
        (rest.Limit, rest.After) = (limit, (0, after));
        return rest;
    }

    private void Set(string name, JsonElement value)
    {
        switch (name)
        {
            case "key": Key = Present(name, value); break;
            case "from": From = Present(name, value); break;
            case "to": To = Present(name, value); break;
            case "prefix": Prefix = value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, "a text"); break;
            case "descending": Descending = Switch(name, value); break;
            case "timeFrom": TimeFrom = Time(name, value); break;
            case "timeTo": TimeTo = Time(name, value); break;
            case "asOf": AsOf = Time(name, value); break;
            case "versions": AllVersions = Switch(name, value); break;
            case "limit": Limit = (int)Number(name, value, 1, LargestLimit); break;
            case "partition": Partition = (int)Number(name, value, 0, int.MaxValue); break;
            case "stale": AllowsStale = Switch(name, value); break;
            case "after": After = ReadAfter(name, value); break;
            case "atLeast": AtLeast = ReadPosition(name, value); break;
            default: throw new JsonQueryException($"A query has no field {name}.");
        }
    }

    private static JsonElement Present(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Null ? throw Wrong(name, "a key, and never null") : value;

    private static bool Switch(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "true or false"),
    };

    private static long Time(string name, JsonElement value) => Number(name, value, 0, long.MaxValue);

    private static long Number(string name, JsonElement value, long least, long most) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most
            ? number
            : throw Wrong(name, $"a whole number from {least} to {most}");

    private static (int Partition, QueryContinuation? Place) ReadAfter(string name, JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        var dot = text.IndexOf('.');
        if (dot > 0 && int.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var partition))
        {
            try
            {
                return (partition, dot + 1 == text.Length ? null : QueryContinuation.Parse(text[(dot + 1)..]));
            }
            catch (FormatException)
            {
                throw Wrong(name, "what an earlier answer calls next");
            }
        }

        throw Wrong(name, "what an earlier answer calls next");
    }

    private static Position ReadPosition(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw Wrong(name, "an object of offsets by topic-partition");
        var position = Position.Empty;
        foreach (var offset in value.EnumerateObject())
        {
            var hyphen = offset.Name.LastIndexOf('-');
            if (hyphen <= 0 || !int.TryParse(offset.Name.AsSpan(hyphen + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var partition))
                throw Wrong(name, "an object of offsets by topic-partition");
            position = position.With(new TopicPartition(offset.Name[..hyphen], partition), Number(name, offset.Value, 0, long.MaxValue));
        }

        return position;
    }

    private static JsonQueryException Wrong(string name, string allowed) => new($"The field {name} is {allowed}.");
}
