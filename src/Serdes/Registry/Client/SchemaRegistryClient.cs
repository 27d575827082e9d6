using System.Text.Json.Nodes;

namespace MedStreams.Serialization.Registry;

/// <summary>
/// A client of Confluent's Schema Registry, or of any that answers as it does. Safe for use by several threads; one serves a
/// whole program.
/// </summary>
public sealed class SchemaRegistryClient : ISchemaRegistryClient, IDisposable
{
    private readonly RegistryTransport _transport;
    private readonly SharedCalls<int, RegistrySchema> _byId;
    private readonly SharedCalls<(string Subject, int Version), RegisteredSchema> _byVersion;
    private readonly SharedCalls<(string Subject, RegistrySchema Schema, bool Normalize), RegisteredSchema> _registered;
    private readonly SharedCalls<(string Subject, RegistrySchema Schema, bool Normalize), RegisteredSchema> _found;

    /// <summary>A client that asks when it is first used.</summary>
    /// <param name="options">Where the registry is and how to reach it.</param>
    /// <param name="clock">The clock of waits; the system's by default.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public SchemaRegistryClient(SchemaRegistryOptions options, TimeProvider? clock = null)
        : this(options, clock, null)
    {
    }

    /// <summary>A client whose requests go through a handler of the caller's, for tests and unusual networks.</summary>
    /// <param name="options">Where the registry is; of TLS the handler takes care.</param>
    /// <param name="clock">The clock of waits; the system's by default.</param>
    /// <param name="handler">Sends the requests; disposed with the client.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public SchemaRegistryClient(SchemaRegistryOptions options, TimeProvider? clock, HttpMessageHandler? handler)
    {
        _transport = new RegistryTransport(options, clock ?? TimeProvider.System, handler);
        _byId = new(options.CacheCapacity);
        _byVersion = new(options.CacheCapacity);
        _registered = new(options.CacheCapacity);
        _found = new(options.CacheCapacity);
    }

    /// <inheritdoc/>
    public Task<RegisteredSchema> RegisterAsync(string subject, RegistrySchema schema, bool normalize = false, CancellationToken cancellationToken = default) =>
        _registered.GetAsync((subject, schema, normalize), async key =>
        {
            var answer = await SendAsync(HttpMethod.Post, $"subjects/{Escape(subject)}/versions{Query(normalize)}", RegistryJson.Write(schema), CancellationToken.None);
            return new RegisteredSchema(subject, RegistryJson.Optional<int>(answer, "version"), RegistryJson.Number(answer, "id"), schema);
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<RegisteredSchema> FindAsync(string subject, RegistrySchema schema, bool normalize = false, CancellationToken cancellationToken = default) =>
        _found.GetAsync((subject, schema, normalize), async key =>
        {
            var answer = await SendAsync(HttpMethod.Post, $"subjects/{Escape(subject)}{Query(normalize)}", RegistryJson.Write(schema), CancellationToken.None);
            return RegistryJson.Registered(answer);
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<RegistrySchema> GetAsync(int id, CancellationToken cancellationToken = default) =>
        _byId.GetAsync(id, async key => RegistryJson.Schema(await SendAsync(HttpMethod.Get, $"schemas/ids/{key}", null, CancellationToken.None)), cancellationToken);

    /// <inheritdoc/>
    public async Task<RegisteredSchema> GetVersionAsync(string subject, int? version = null, CancellationToken cancellationToken = default)
    {
        if (version is { } number)
            return await _byVersion.GetAsync((subject, number), key => FetchAsync($"{number}", CancellationToken.None), cancellationToken);
        return await FetchAsync("latest", cancellationToken);

        async Task<RegisteredSchema> FetchAsync(string which, CancellationToken token) =>
            RegistryJson.Registered(await SendAsync(HttpMethod.Get, $"subjects/{Escape(subject)}/versions/{which}", null, token));
    }

    /// <summary>All subjects that are not deleted.</summary>
    /// <exception cref="SchemaRegistryException">Access is denied, or no registry answers.</exception>
    public async Task<IReadOnlyList<string>> GetSubjectsAsync(CancellationToken cancellationToken = default) =>
        RegistryJson.Items<string>(await SendAsync(HttpMethod.Get, "subjects", null, cancellationToken));

    /// <summary>The versions of a subject that are not deleted.</summary>
    /// <exception cref="SchemaRegistryException">There is no such subject (40401), access is denied, or no registry answers.</exception>
    public async Task<IReadOnlyList<int>> GetVersionsAsync(string subject, CancellationToken cancellationToken = default) =>
        RegistryJson.Items<int>(await SendAsync(HttpMethod.Get, $"subjects/{Escape(subject)}/versions", null, cancellationToken));

    /// <summary>Whether a schema could be registered under a subject, as far as earlier ones matter.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="version">The version to compare with; null: those that the subject's level names.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SchemaRegistryException">The schema is none, access is denied, or no registry answers.</exception>
    public async Task<CompatibilityVerdict> CheckCompatibilityAsync(string subject, RegistrySchema schema, int? version = null, CancellationToken cancellationToken = default)
    {
        var path = $"compatibility/subjects/{Escape(subject)}/versions{(version is { } number ? $"/{number}" : "")}?verbose=true";
        var answer = await SendAsync(HttpMethod.Post, path, RegistryJson.Write(schema), cancellationToken);
        return new CompatibilityVerdict(
            RegistryJson.Optional<bool>(answer, "is_compatible"), answer["messages"] is { } messages ? RegistryJson.Items<string>(messages) : []);
    }

    /// <summary>The level of a subject, or of the registry where it has none of its own.</summary>
    /// <param name="subject">The subject; null: the registry's.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SchemaRegistryException">Access is denied, or no registry answers.</exception>
    public async Task<CompatibilityLevel> GetCompatibilityAsync(string? subject = null, CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(HttpMethod.Get, $"config{(subject is null ? "" : $"/{Escape(subject)}")}?defaultToGlobal=true", null, cancellationToken);
        return CompatibilityLevels.TryParse(RegistryJson.Optional<string>(answer, "compatibilityLevel"), out var level)
            ? level
            : throw new SchemaRegistryException("The schema registry answers a compatibility level that is not known.");
    }

    /// <summary>Sets the level of a subject, or of the registry.</summary>
    /// <param name="level">The level.</param>
    /// <param name="subject">The subject; null: the registry's.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SchemaRegistryException">Access is denied, or no registry answers.</exception>
    public Task SetCompatibilityAsync(CompatibilityLevel level, string? subject = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Put, $"config{(subject is null ? "" : $"/{Escape(subject)}")}", new JsonObject { ["compatibility"] = CompatibilityLevels.Name(level) }, cancellationToken);

    /// <summary>Deletes a subject; its schemas can still be found by their ids, until it is deleted permanently.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="permanent">Whether to delete for good what was deleted before.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The versions that were deleted.</returns>
    /// <exception cref="SchemaRegistryException">There is no such subject, others refer to it (42206), access is denied, or no registry answers.</exception>
    public async Task<IReadOnlyList<int>> DeleteSubjectAsync(string subject, bool permanent = false, CancellationToken cancellationToken = default) =>
        RegistryJson.Items<int>(await SendAsync(HttpMethod.Delete, $"subjects/{Escape(subject)}{(permanent ? "?permanent=true" : "")}", null, cancellationToken));

    /// <summary>Ends the connections.</summary>
    public void Dispose() => _transport.Dispose();

    private static string Escape(string subject) => Uri.EscapeDataString(subject);

    private static string Query(bool normalize) => normalize ? "?normalize=true" : "";

    private Task<JsonNode> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken) =>
        _transport.SendAsync(method, path, body, cancellationToken);
}
