using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MedStreams.Serialization.Registry;

/// <summary>A registration as it is asked for.</summary>
/// <param name="Subject">The subject.</param>
/// <param name="Schema">The schema.</param>
/// <param name="Version">The version that it must get; 0: the next one.</param>
/// <param name="Id">The id that it must get, in import mode only; 0: the next one.</param>
/// <param name="Normalize">Whether to normalize it.</param>
internal sealed record Registration(string Subject, RegistrySchema Schema, int Version, int Id, bool Normalize);

/// <summary>
/// Changes what is registered, one change after the other: decides by what the log says so far, appends, and returns when
/// the record is durable and counts.
/// </summary>
internal sealed class RegistryEditor(RegistryCatalog catalog, ISchemaLog log) : IDisposable
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SemaphoreSlim _turn = new(1);

    public void Dispose() => _turn.Dispose();

    /// <summary>Registers a schema, or finds it among the subject's.</summary>
    /// <exception cref="RegistryRefusal">It is no schema, does not fit those before it, or nothing may be changed.</exception>
    public Task<StoredSchema> RegisterAsync(Registration request, CancellationToken cancellationToken) => InTurnAsync(async () =>
    {
        CheckSubject(request.Subject);
        var mode = CheckMode(request);
        var isImport = mode == RegistryMode.Import;
        var schema = catalog.Texts.Parse(request.Schema, strict: !isImport, request.Normalize || catalog.Normalizes(request.Subject));
        var versions = catalog.Versions(request.Subject);
        if (request.Version == 0 && Same(versions.Where(version => !version.IsDeleted), schema, request.Id) is { } known)
            return known;

        if (!isImport)
            CheckCompatibility(request.Subject, schema, versions);
        var next = versions.Count == 0 ? 1 : versions[^1].Version + 1;
        var version = request.Version > 0 ? request.Version : next;
        if (version != next && !isImport)
            throw RegistryRefusal.InvalidSchema("Version is not one more than previous version");
        var id = request.Id > 0 ? CheckId(request.Id, schema) : IdOf(schema) ?? catalog.MaxId + 1;
        foreach (var replaced in versions.Where(old => old.IsDeleted && old.Id == id && old.Version < version))
        {
            if (catalog.ReferencedBy(replaced.Subject, replaced.Version, deletedToo: true).Count == 0)
                await AppendAsync(SchemaLogKey.Schema(replaced.Subject, replaced.Version), null, cancellationToken);
        }

        await AppendAsync(SchemaLogKey.Schema(request.Subject, version), StoredSchema.NewValue(request.Subject, version, id, schema.Stored), cancellationToken);
        return catalog.Find(request.Subject, version)!;
    }, cancellationToken);

    /// <summary>Deletes a version, or what is left of a deleted one.</summary>
    /// <returns>The version's number.</returns>
    public Task<int> DeleteVersionAsync(string subject, int? version, bool permanent, CancellationToken cancellationToken) => InTurnAsync(async () =>
    {
        var found = catalog.Require(subject, version, deletedToo: true);
        CheckWritable(subject);
        if (found.IsDeleted && !permanent)
            throw RegistryRefusal.VersionSoftDeleted(subject, found.Version);
        if (!found.IsDeleted && permanent)
            throw RegistryRefusal.VersionNotSoftDeleted(subject, found.Version);
        if (catalog.ReferencedBy(subject, found.Version, permanent).Count > 0)
            throw RegistryRefusal.Referenced(subject, found.Version);
        if (permanent)
            await RemoveAsync(subject, [found], cancellationToken);
        else
            await AppendAsync(SchemaLogKey.Schema(subject, found.Version), found.DeletedValue(), cancellationToken);
        return found.Version;
    }, cancellationToken);

    /// <summary>Deletes all versions of a subject, or what is left of them.</summary>
    /// <returns>The versions' numbers.</returns>
    public Task<List<int>> DeleteSubjectAsync(string subject, bool permanent, CancellationToken cancellationToken) => InTurnAsync(async () =>
    {
        var all = catalog.Versions(subject);
        var doomed = permanent ? all : all.FindAll(version => !version.IsDeleted);
        if (all.Count == 0)
            throw RegistryRefusal.SubjectNotFound(subject);
        CheckWritable(subject);
        if (doomed.Count == 0)
            throw RegistryRefusal.SubjectSoftDeleted(subject);
        if (permanent && doomed.Exists(version => !version.IsDeleted))
            throw RegistryRefusal.SubjectNotSoftDeleted(subject);
        if (doomed.Find(version => catalog.ReferencedBy(subject, version.Version, permanent).Exists(other => other.Subject != subject)) is { } needed)
            throw RegistryRefusal.Referenced(subject, needed.Version);
        if (permanent)
            await RemoveAsync(subject, doomed, cancellationToken);
        else
            await AppendAsync(SchemaLogKey.DeleteSubject(subject), new JsonObject { ["subject"] = subject, ["version"] = doomed[^1].Version }, cancellationToken);
        return doomed.ConvertAll(version => version.Version);
    }, cancellationToken);

    /// <summary>Sets what is given for a subject, or for the registry (null); what is not given stays.</summary>
    public Task SetConfigAsync(string? subject, JsonObject changes, CancellationToken cancellationToken) => InTurnAsync(async () =>
    {
        if (subject is not null)
            CheckSubject(subject);
        CheckWritable(subject);
        var config = catalog.Config(subject)?.DeepClone().AsObject() ?? [];
        if (subject is not null)
            config["subject"] = subject;
        foreach (var (name, value) in changes)
            config[name] = value?.DeepClone();
        await AppendAsync(SchemaLogKey.Config(subject), config, cancellationToken);
        return 0;
    }, cancellationToken);

    /// <summary>Takes back what was set for a subject, or for the registry (null).</summary>
    /// <returns>What was set.</returns>
    public Task<JsonObject?> DeleteConfigAsync(string? subject, CancellationToken cancellationToken) => InTurnAsync(async () =>
    {
        var config = catalog.Config(subject);
        if (config is null && subject is not null)
            throw RegistryRefusal.SubjectNotFound(subject);
        CheckWritable(subject);
        if (config is not null)
            await AppendAsync(SchemaLogKey.Config(subject), null, cancellationToken);
        return config;
    }, cancellationToken);

    /// <summary>Sets the mode of a subject, or of the registry (null).</summary>
    public Task SetModeAsync(string? subject, RegistryMode mode, bool force, CancellationToken cancellationToken) => InTurnAsync(async () =>
    {
        if (subject is not null)
            CheckSubject(subject);
        var concerned = subject is null ? catalog.All() : catalog.Versions(subject);
        if (mode == RegistryMode.Import && catalog.ModeInForce(subject) != RegistryMode.Import && !force)
        {
            if (concerned.Exists(version => !version.IsDeleted))
                throw RegistryRefusal.NotPermitted("Cannot import since found existing subjects");
            if (concerned.Find(version => catalog.ReferencedBy(version.Subject, version.Version, deletedToo: true).Exists(other => !concerned.Contains(other))) is { } needed)
                throw RegistryRefusal.Referenced(needed.Subject, needed.Version);
            foreach (var version in concerned)
                await AppendAsync(SchemaLogKey.Schema(version.Subject, version.Version), null, cancellationToken);
        }

        var value = new JsonObject { ["mode"] = RegistryModes.Name(mode) };
        if (subject is not null)
            value["subject"] = subject;
        await AppendAsync(SchemaLogKey.Mode(subject), value, cancellationToken);
        return 0;
    }, cancellationToken);

    /// <summary>Takes back the mode of a subject, or of the registry (null).</summary>
    /// <returns>The mode that was set; null for none.</returns>
    public Task<RegistryMode?> DeleteModeAsync(string? subject, CancellationToken cancellationToken) => InTurnAsync(async () =>
    {
        var mode = catalog.Mode(subject);
        if (mode is null && subject is not null)
            throw RegistryRefusal.SubjectNotFound(subject);
        await AppendAsync(SchemaLogKey.Mode(subject), null, cancellationToken);
        return mode;
    }, cancellationToken);

    /// <summary>The version among some that is the same schema.</summary>
    public static StoredSchema? Same(IEnumerable<StoredSchema> versions, ParsedRegistrySchema schema, int id, SchemaTexts texts) =>
        versions.LastOrDefault(version => (id == 0 || version.Id == id)
            && (version.Schema.Equals(schema.Stored) || (AreLike(version.Schema, schema.Stored) && texts.Parse(version).Whole == schema.Whole)));

    /// <summary>A name that a subject may have.</summary>
    /// <exception cref="RegistryRefusal">It may not.</exception>
    private static void CheckSubject(string subject)
    {
        if (subject.Length == 0 || subject.Any(char.IsControl) || subject is "__GLOBAL" or "__EMPTY")
            throw RegistryRefusal.InvalidSubject(subject);
    }

    /// <summary>Whether two schemas can be the same: with the same references, or the new one with none, since it may hold all itself.</summary>
    private static bool AreLike(RegistrySchema stored, RegistrySchema given) =>
        stored.SchemaType == given.SchemaType && (given.References.Count == 0 || given.References.SequenceEqual(stored.References));

    private StoredSchema? Same(IEnumerable<StoredSchema> versions, ParsedRegistrySchema schema, int id) => Same(versions, schema, id, catalog.Texts);

    private RegistryMode CheckMode(Registration request)
    {
        CheckWritable(request.Subject);
        var mode = catalog.ModeInForce(request.Subject);
        if (request.Id > 0 && mode != RegistryMode.Import)
            throw RegistryRefusal.NotPermitted($"Subject {request.Subject} is not in import mode");
        if (request.Id <= 0 && mode != RegistryMode.ReadWrite)
            throw RegistryRefusal.NotPermitted($"Subject {request.Subject} is not in read-write mode");
        return mode;
    }

    private void CheckWritable(string? subject)
    {
        if (catalog.ModeInForce(subject) is RegistryMode.ReadOnly or RegistryMode.ReadOnlyOverride)
            throw RegistryRefusal.NotPermitted($"{(subject is null ? "The registry" : $"Subject {subject}")} is in read-only mode");
    }

    private void CheckCompatibility(string subject, ParsedRegistrySchema schema, List<StoredSchema> versions)
    {
        var earlier = versions.Where(version => !version.IsDeleted).Select(version => (version.Version, catalog.Texts.Parse(version))).ToList();
        if (CompatibilityRules.Check(catalog.LevelInForce(subject), schema, earlier) is { Count: > 0 } reasons)
            throw RegistryRefusal.Incompatible(subject, reasons);
    }

    private int CheckId(int id, ParsedRegistrySchema schema) =>
        catalog.ById(id).Exists(version => !version.Schema.Equals(schema.Stored))
            ? throw RegistryRefusal.NotPermitted($"Overwrite new schema with id {id} is not permitted.")
            : id;

    /// <summary>The id that the same schema has anywhere; it is one and the same under all subjects.</summary>
    private int? IdOf(ParsedRegistrySchema schema) => catalog.All().Find(version => version.Schema.Equals(schema.Stored))?.Id;

    private async Task RemoveAsync(string subject, List<StoredSchema> doomed, CancellationToken cancellationToken)
    {
        await AppendAsync(SchemaLogKey.Noop(), RegistryState.MaxIdValue(catalog.MaxId), cancellationToken);
        foreach (var version in Enumerable.Reverse(doomed))
            await AppendAsync(SchemaLogKey.Schema(subject, version.Version), null, cancellationToken);
        if (catalog.Versions(subject).Count > 0)
            return;
        if (catalog.Mode(subject) is not null)
            await AppendAsync(SchemaLogKey.Mode(subject), null, cancellationToken);
        if (catalog.Config(subject) is not null)
            await AppendAsync(SchemaLogKey.Config(subject), null, cancellationToken);
    }

    private Task AppendAsync(SchemaLogKey key, JsonObject? value, CancellationToken cancellationToken) =>
        log.AppendAsync(new SchemaLogRecord(key.ToBytes(), value is null ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(value.ToJsonString(Relaxed))), cancellationToken);

    private async Task<T> InTurnAsync<T>(Func<Task<T>> change, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await change();
        }
        finally
        {
            _turn.Release();
        }
    }
}
