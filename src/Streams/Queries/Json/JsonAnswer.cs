using System.Text.Json;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Queries;

/// <summary>Asks one partition of a store what a JSON query wants, and writes the answer's own fields.</summary>
internal sealed class JsonAnswer(QueryView view, JsonQuery query, Utf8JsonWriter writer, JsonSerializerOptions options)
    : IStoreVisitor<bool>
{
    private Paging Paging => new(query.Limit, query.After?.Place);

    /// <summary>Answers whether there is anything: false for a key without value.</summary>
    public bool Run() => view.Engine.Accept(this);

    public bool VisitKeyValue<TKey, TValue>(KeyValueStore<TKey, TValue> store) => KeyValue(
        store, static (w, value, o) => WriteValue(w, value, o));

    public bool VisitTimestampedKeyValue<TKey, TValue>(TimestampedKeyValueStore<TKey, TValue> store) => KeyValue(
        store, static (w, entry, o) => WriteTimed(w, entry, o));

    public bool VisitVersioned<TKey, TValue>(VersionedStore<TKey, TValue> store)
    {
        Refuse(query.Key is null, "A versioned store is asked for a key.");
        var key = Read<TKey>(query.Key!.Value, "key");
        if (query.AllVersions)
        {
            writer.WriteStartArray("versions");
            foreach (var version in store.GetVersions(key, query.TimeFrom, query.TimeTo, query.Descending))
            {
                writer.WriteStartObject();
                WriteVersion(version);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            return true;
        }

        if ((query.AsOf is { } time ? store.Get(key, time) : store.Get(key)) is not { } found)
            return false;
        WriteVersion(found);
        return true;
    }

    public bool VisitWindow<TKey, TValue>(WindowStore<TKey, TValue> store) => Windows(
        store, static (w, value, o) => WriteValue(w, value, o));

    public bool VisitTimestampedWindow<TKey, TValue>(TimestampedWindowStore<TKey, TValue> store) => Windows(
        store, static (w, entry, o) => WriteTimed(w, entry, o));

    public bool VisitSession<TKey, TAggregate>(SessionStore<TKey, TAggregate> store)
    {
        Refuse(
            query.Prefix is not null || query.AsOf is not null || query.AllVersions,
            "A session store is asked for a key or a range of keys, and for times.");
        WritePage(Sessions(store), WriteWindowed<TKey, TAggregate>(static (w, value, o) => WriteValue(w, value, o)));
        return true;
    }

    private bool KeyValue<TKey, TValue>(
        KeyValueStore<TKey, TValue> store, Action<Utf8JsonWriter, TValue, JsonSerializerOptions> write)
    {
        Refuse(query.AsOf is not null || query.AllVersions, "Only a versioned store is asked for versions.");
        if (query.Key is { } key)
        {
            var found = store.Find(Read<TKey>(key, "key"));
            if (found.Exists)
                write(writer, found.Value!, options);
            return found.Exists;
        }

        Refuse(query.Prefix is not null && (query.From ?? query.To) is not null, "A query has either prefix, or from and to.");
        var entries = query.Prefix is { } prefix
            ? store.PrefixScan(prefix, Serdes.String)
            : Range(store, Bound<TKey>(query.From, "from"), Bound<TKey>(query.To, "to"));
        WritePage(entries, entry =>
        {
            WriteKey(entry.Key);
            write(writer, entry.Value, options);
        });
        return true;
    }

    private bool Windows<TKey, TValue>(
        WindowStore<TKey, TValue> store, Action<Utf8JsonWriter, TValue, JsonSerializerOptions> write)
    {
        Refuse(
            query.Prefix is not null || query.AsOf is not null || query.AllVersions,
            "A window store is asked for a key or a range of keys, and for times.");
        if (query.Key is { } key)
        {
            var wanted = Read<TKey>(key, "key");
            var found = query.Descending
                ? store.BackwardFetch(wanted, query.TimeFrom, query.TimeTo)
                : store.Fetch(wanted, query.TimeFrom, query.TimeTo);
            WritePage(found, entry =>
            {
                writer.WriteNumber("windowStart", entry.Key);
                write(writer, entry.Value, options);
            });
        }
        else
        {
            var (from, to) = (Bound<TKey>(query.From, "from"), Bound<TKey>(query.To, "to"));
            var found = query.Descending
                ? store.BackwardFetch(from, to, query.TimeFrom, query.TimeTo)
                : store.Fetch(from, to, query.TimeFrom, query.TimeTo);
            WritePage(found, WriteWindowed<TKey, TValue>(write));
        }

        return true;
    }

    private IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> Sessions<TKey, TAggregate>(SessionStore<TKey, TAggregate> store)
    {
        if (query.Key is { } json)
        {
            var key = Read<TKey>(json, "key");
            return query.Descending
                ? store.BackwardFindSessions(key, query.TimeFrom, query.TimeTo)
                : store.FindSessions(key, query.TimeFrom, query.TimeTo);
        }

        var (from, to) = (Bound<TKey>(query.From, "from"), Bound<TKey>(query.To, "to"));
        return query.Descending
            ? store.BackwardFindSessions(from, to, query.TimeFrom, query.TimeTo)
            : store.FindSessions(from, to, query.TimeFrom, query.TimeTo);
    }

    private IEnumerable<KeyValuePair<TKey, TValue>> Range<TKey, TValue>(
        KeyValueStore<TKey, TValue> store, QueryBound<TKey>? from, QueryBound<TKey>? to) =>
        query.Descending ? store.ReverseRange(from, to) : store.Range(from, to);

    private Action<KeyValuePair<Windowed<TKey>, TValue>> WriteWindowed<TKey, TValue>(
        Action<Utf8JsonWriter, TValue, JsonSerializerOptions> write) => entry =>
    {
        WriteKey(entry.Key.Key);
        writer.WriteNumber("windowStart", entry.Key.Window.Start);
        writer.WriteNumber("windowEnd", entry.Key.Window.End);
        write(writer, entry.Value, options);
    };

    private void WritePage<T>(IEnumerable<T> entries, Action<T> write)
    {
        writer.WriteStartArray("entries");
        var page = view.Page(Paging, entries, entry =>
        {
            writer.WriteStartObject();
            write(entry);
            writer.WriteEndObject();
            return true;
        });
        writer.WriteEndArray();
        writer.WritePropertyName("next");
        if (page.Next is { } next)
            writer.WriteStringValue(next.ToString());
        else
            writer.WriteNullValue();
    }

    private void WriteVersion<TValue>(VersionedRecord<TValue> version)
    {
        WriteValue(writer, version.Value, options);
        writer.WriteNumber("timestamp", version.Timestamp);
        if (version.ValidTo is { } validTo)
            writer.WriteNumber("validTo", validTo);
    }

    private void WriteKey<TKey>(TKey key)
    {
        writer.WritePropertyName("key");
        JsonSerializer.Serialize(writer, key, options);
    }

    private static void WriteValue<TValue>(Utf8JsonWriter writer, TValue value, JsonSerializerOptions options)
    {
        writer.WritePropertyName("value");
        JsonSerializer.Serialize(writer, value, options);
    }

    private static void WriteTimed<TValue>(
        Utf8JsonWriter writer, ValueAndTimestamp<TValue>? entry, JsonSerializerOptions options)
    {
        WriteValue(writer, entry!.Value.Value, options);
        writer.WriteNumber("timestamp", entry.Value.Timestamp);
    }

    private QueryBound<TKey>? Bound<TKey>(JsonElement? json, string field) =>
        json is { } given ? new QueryBound<TKey>(Read<TKey>(given, field)) : null;

    private TKey Read<TKey>(JsonElement json, string field) => JsonKeys.Read<TKey>(json, field, options);

    private static void Refuse(bool wrong, string message)
    {
        if (wrong)
            throw new JsonQueryException(message);
    }
}

/// <summary>Reads keys, and asks a store without content for their bytes.</summary>
internal sealed class JsonKeys(JsonElement key, JsonSerializerOptions options) : IStoreVisitor<byte[]>
{
    /// <summary>Reads a key of a store's type.</summary>
    /// <exception cref="JsonQueryException">It is none.</exception>
    public static TKey Read<TKey>(JsonElement json, string field, JsonSerializerOptions options)
    {
        try
        {
            if (json.Deserialize<TKey>(options) is { } key)
                return key;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException)
        {
            // The exception's text may quote the key.
        }

        throw new JsonQueryException($"The field {field} is no {typeof(TKey).Name}, as the keys of the store are.");
    }

    public byte[] VisitKeyValue<TKey, TValue>(KeyValueStore<TKey, TValue> store) => store.BytesOf(Read<TKey>());

    public byte[] VisitTimestampedKeyValue<TKey, TValue>(TimestampedKeyValueStore<TKey, TValue> store) => store.BytesOf(Read<TKey>());

    public byte[] VisitVersioned<TKey, TValue>(VersionedStore<TKey, TValue> store) => store.BytesOf(Read<TKey>());

    public byte[] VisitWindow<TKey, TValue>(WindowStore<TKey, TValue> store) => store.BytesOf(Read<TKey>());

    public byte[] VisitTimestampedWindow<TKey, TValue>(TimestampedWindowStore<TKey, TValue> store) => store.BytesOf(Read<TKey>());

    public byte[] VisitSession<TKey, TAggregate>(SessionStore<TKey, TAggregate> store) => store.BytesOf(Read<TKey>());

    private TKey Read<TKey>() => Read<TKey>(key, "key", options);
}
