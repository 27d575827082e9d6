using System.Text.Json.Nodes;

namespace MedStreams.Serialization.Registry;

/// <summary>Which versions a listing holds.</summary>
internal enum VersionFilter
{
    NotDeleted,
    All,
    DeletedOnly,
}

/// <summary>Answers questions about what is registered. Safe for use by several threads.</summary>
internal sealed class RegistryCatalog
{
    private readonly Lock _gate = new();
    private readonly RegistryState _state = new();
    private readonly CompatibilityLevel _defaultLevel;

    public RegistryCatalog(CompatibilityLevel defaultLevel)
    {
        _defaultLevel = defaultLevel;
        Texts = new SchemaTexts(reference => Find(reference.Subject, reference.Version));
    }

    /// <summary>Parses schemas, with what they refer to.</summary>
    public SchemaTexts Texts { get; }

    /// <summary>The largest id that was ever given.</summary>
    public int MaxId => Read(state => state.MaxId);

    /// <summary>Takes the log's next record; false where it is none of a registry.</summary>
    public bool Apply(SchemaLogRecord record)
    {
        lock (_gate)
        {
            return _state.Apply(record);
        }
    }

    /// <summary>All versions of all subjects, deleted ones too.</summary>
    public List<StoredSchema> All() => Read(state => state.All.ToList());

    /// <summary>The versions of a subject, ascending.</summary>
    public List<StoredSchema> Versions(string subject, VersionFilter filter = VersionFilter.All) =>
        Read(state => state.Versions(subject).Values.Where(version => Passes(version, filter)).ToList());

    /// <summary>One version, deleted or not; null for none.</summary>
    public StoredSchema? Find(string subject, int version) => Read(state => state.Versions(subject).GetValueOrDefault(version));

    /// <summary>The versions that have an id, those that are not deleted first.</summary>
    public List<StoredSchema> ById(int id) => Read(state => state.ById(id));

    /// <summary>A version as a request names it: a number, or <c>latest</c> for the last that is not deleted.</summary>
    /// <exception cref="RegistryRefusal">There is no such subject or version.</exception>
    public StoredSchema Require(string subject, int? version, bool deletedToo)
    {
        var versions = Versions(subject, deletedToo ? VersionFilter.All : VersionFilter.NotDeleted);
        var found = version is { } number
            ? versions.Find(candidate => candidate.Version == number)
            : versions.FindLast(candidate => !candidate.IsDeleted);
        if (found is not null)
            return found;
        throw versions.Count == 0 ? RegistryRefusal.SubjectNotFound(subject) : RegistryRefusal.VersionNotFound(version ?? -1);
    }

    /// <summary>The versions whose schemas refer to a version.</summary>
    public List<StoredSchema> ReferencedBy(string subject, int version, bool deletedToo) => Read(state => state.All
        .Where(other => (deletedToo || !other.IsDeleted) && other.Schema.References.Any(r => r.Subject == subject && r.Version == version))
        .ToList());

    public JsonObject? Config(string? subject) => Read(state => state.Config(subject));

    public RegistryMode? Mode(string? subject) => Read(state => state.Mode(subject));

    /// <summary>The mode in force for a subject, or for the registry (null).</summary>
    public RegistryMode ModeInForce(string? subject) =>
        Mode(null) is RegistryMode.ReadOnlyOverride ? RegistryMode.ReadOnlyOverride : Mode(subject) ?? Mode(null) ?? RegistryMode.ReadWrite;

    /// <summary>The level in force for a subject, or for the registry (null).</summary>
    public CompatibilityLevel LevelInForce(string? subject) =>
        Level(Config(subject)) ?? Level(Config(null)) ?? _defaultLevel;

    /// <summary>Whether a subject's schemas are normalized without being asked to.</summary>
    public bool Normalizes(string? subject) =>
        RegistryJson.Optional<bool?>(Config(subject), "normalize") ?? RegistryJson.Optional<bool>(Config(null), "normalize");

    private static CompatibilityLevel? Level(JsonObject? config) =>
        CompatibilityLevels.TryParse(RegistryJson.Optional<string>(config, "compatibilityLevel"), out var level) ? level : null;

    private static bool Passes(StoredSchema version, VersionFilter filter) => filter switch
    {
        VersionFilter.NotDeleted => !version.IsDeleted,
        VersionFilter.DeletedOnly => version.IsDeleted,
        _ => true,
    };

    private T Read<T>(Func<RegistryState, T> read)
    {
        lock (_gate)
        {
            return read(_state);
        }
    }
}
