using System.Text.Json;
using System.Text.Json.Nodes;

namespace MedStreams.Serialization.Registry;

/// <summary>
/// What the log says so far. A pure function of the records in their order. Not safe for use by several threads.
/// </summary>
internal sealed class RegistryState
{
    private const string MaxIdMember = "maxId";
    private static readonly SortedDictionary<int, StoredSchema> NoVersions = [];

    private readonly SortedDictionary<string, SortedDictionary<int, StoredSchema>> _subjects = new(StringComparer.Ordinal);
    private readonly Dictionary<int, HashSet<(string Subject, int Version)>> _places = [];
    private readonly Dictionary<string, JsonObject> _configs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RegistryMode> _modes = new(StringComparer.Ordinal);

    /// <summary>The largest id that was ever given.</summary>
    public int MaxId { get; private set; }

    /// <summary>All versions of all subjects, subjects in order, versions ascending.</summary>
    public IEnumerable<StoredSchema> All => _subjects.Values.SelectMany(versions => versions.Values);

    /// <summary>Subjects that have a version at all, deleted or not.</summary>
    public IEnumerable<string> Subjects => _subjects.Keys;

    /// <summary>The value that keeps <see cref="MaxId"/> when the schema of that id is deleted for good: ids are not given twice.</summary>
    public static JsonObject MaxIdValue(int maxId) => new() { [MaxIdMember] = maxId };

    /// <summary>The versions that have an id, those that are not deleted first.</summary>
    public List<StoredSchema> ById(int id) => _places.TryGetValue(id, out var places)
        ? [.. places.Select(place => _subjects[place.Subject][place.Version]).OrderBy(v => v.IsDeleted).ThenBy(v => v.Subject, StringComparer.Ordinal).ThenBy(v => v.Version)]
        : [];

    /// <summary>The versions of a subject, ascending, deleted ones too.</summary>
    public IReadOnlyDictionary<int, StoredSchema> Versions(string subject) => _subjects.GetValueOrDefault(subject, NoVersions);

    /// <summary>What is set for a subject, or for the registry (null); null for nothing.</summary>
    public JsonObject? Config(string? subject) => _configs.GetValueOrDefault(subject ?? "");

    /// <summary>The mode of a subject, or of the registry (null); null for none of its own.</summary>
    public RegistryMode? Mode(string? subject) => _modes.TryGetValue(subject ?? "", out var mode) ? mode : null;

    /// <summary>Takes the next record; false where it is none of a registry, and is passed over.</summary>
    public bool Apply(SchemaLogRecord record)
    {
        if (!SchemaLogKey.TryParse(record.Key.Span, out var key) || !TryParse(record.Value, out var value))
            return false;
        try
        {
            Apply(key, value);
            return true;
        }
        catch (SchemaRegistryException)
        {
            return false;
        }
    }

    private static bool TryParse(ReadOnlyMemory<byte>? bytes, out JsonObject? value)
    {
        value = null;
        if (bytes is null)
            return true;
        try
        {
            value = RegistryJson.Parse(bytes.Value.Span) as JsonObject;
            return value is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private void Apply(SchemaLogKey key, JsonObject? value)
    {
        switch (key.Type)
        {
            case SchemaLogKey.SchemaType when value is null:
                Remove(key);
                break;
            case SchemaLogKey.SchemaType:
                Put(StoredSchema.Read(key, value));
                break;
            case SchemaLogKey.DeleteSubjectType when value is not null:
                Delete(key.Subject ?? "", RegistryJson.Number(value, "version"));
                break;
            case SchemaLogKey.ClearSubjectType when value is not null && key.Subject is { } cleared:
                foreach (var version in Versions(cleared).Keys.ToList())
                    Remove(SchemaLogKey.Schema(cleared, version));
                break;
            case SchemaLogKey.ClearSubjectType when value is not null:
                _subjects.Clear();
                _places.Clear();
                break;
            case SchemaLogKey.ConfigType when value is null:
                _configs.Remove(key.Subject ?? "");
                break;
            case SchemaLogKey.ConfigType:
                _configs[key.Subject ?? ""] = value;
                break;
            case SchemaLogKey.ModeType when RegistryModes.TryParse(RegistryJson.Optional<string>(value, "mode"), out var mode):
                _modes[key.Subject ?? ""] = mode;
                break;
            case SchemaLogKey.ModeType:
                _modes.Remove(key.Subject ?? "");
                break;
            case SchemaLogKey.NoopType:
                MaxId = Math.Max(MaxId, RegistryJson.Optional<int>(value, MaxIdMember));
                break;
        }
    }

    private void Put(StoredSchema schema)
    {
        if (!_subjects.TryGetValue(schema.Subject, out var versions))
            _subjects[schema.Subject] = versions = [];
        if (versions.TryGetValue(schema.Version, out var before) && before.Id != schema.Id)
            _places[before.Id].Remove((schema.Subject, schema.Version));
        versions[schema.Version] = schema;
        if (!_places.TryGetValue(schema.Id, out var places))
            _places[schema.Id] = places = [];
        places.Add((schema.Subject, schema.Version));
        MaxId = Math.Max(MaxId, schema.Id);
    }

    private void Remove(SchemaLogKey key)
    {
        if (!_subjects.TryGetValue(key.Subject!, out var versions) || !versions.TryGetValue(key.Version, out var removed))
            return;
        versions.Remove(key.Version);
        _places[removed.Id].Remove((key.Subject!, key.Version));
        if (versions.Count == 0)
            _subjects.Remove(key.Subject!);
    }

    private void Delete(string subject, int upTo)
    {
        if (!_subjects.TryGetValue(subject, out var versions))
            return;
        foreach (var version in versions.Values.Where(version => version.Version <= upTo && !version.IsDeleted).ToList())
            versions[version.Version] = version with { IsDeleted = true, Value = version.DeletedValue() };
    }
}
