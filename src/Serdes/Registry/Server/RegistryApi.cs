using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MedStreams.Serialization.Registry;

/// <summary>Answers the requests of Confluent's interface.</summary>
internal sealed class RegistryApi(RegistryCatalog catalog, RegistryEditor editor, string clusterId)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The settings of <c>/config</c> that are kept; others of Confluent's are passed over.</summary>
    private static readonly string[] ConfigMembers = ["normalize"];

    public async Task<RegistryResponse> HandleAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await AnswerAsync(request, RegistryRoute.Parse(request.Target), cancellationToken);
            return Response(200, answer);
        }
        catch (RegistryRefusal e)
        {
            return Refused(e.Status, e.Code, e.Message);
        }
        catch (SchemaRegistryException e)
        {
            return Refused(500, 50001, e.Message);
        }
    }

    public static RegistryResponse Refused(int status, int code, string message) =>
        Response(status, new JsonObject { ["error_code"] = code, ["message"] = message });

    private static RegistryResponse Response(int status, JsonNode? body) =>
        new(status, Encoding.UTF8.GetBytes(body?.ToJsonString(Relaxed) ?? "null"));

    private Task<JsonNode?> AnswerAsync(RegistryRequest request, RegistryRoute route, CancellationToken cancellationToken) => (request.Method, route.Path) switch
    {
        ("GET" or "HEAD", []) => Now(new JsonObject()),
        ("GET", ["subjects"]) => Now(Subjects(route)),
        ("POST", ["subjects", var subject]) => Now(LookUp(subject, request, route)),
        ("DELETE", ["subjects", var subject]) => Then(editor.DeleteSubjectAsync(subject, route.Is("permanent"), cancellationToken), Numbers),
        ("GET", ["subjects", var subject, "versions"]) => Now(Versions(subject, route)),
        ("POST", ["subjects", var subject, "versions"]) => Then(editor.RegisterAsync(Registration(subject, request, route), cancellationToken), Registered),
        ("GET", ["subjects", var subject, "versions", var version]) => Now(Version(catalog.Require(subject, RegistryRoute.Version(version), route.Is("deleted")))),
        ("GET", ["subjects", var subject, "versions", var version, "schema"]) =>
            Now(Raw(catalog.Require(subject, RegistryRoute.Version(version), route.Is("deleted")).Schema.Schema)),
        ("GET", ["subjects", var subject, "versions", var version, "referencedby"]) => Now(ReferencedBy(subject, version, route)),
        ("DELETE", ["subjects", var subject, "versions", var version]) =>
            Then(editor.DeleteVersionAsync(subject, RegistryRoute.Version(version), route.Is("permanent"), cancellationToken), static deleted => deleted),
        ("GET", ["schemas"]) => Now(Schemas(route)),
        ("GET", ["schemas", "types"]) => Now(new JsonArray(RegistrySchema.Avro)),
        ("GET", ["schemas", "ids", var id]) => Now(ById(id, route)),
        ("GET", ["schemas", "ids", var id, "schema"]) => Now(Raw(RequireId(id, route)[0].Schema.Schema)),
        ("GET", ["schemas", "ids", var id, "subjects"]) => Now(Texts(route.Page(OfId(id, route).Select(version => version.Subject).Distinct()))),
        ("GET", ["schemas", "ids", var id, "versions"]) => Now(new JsonArray([.. route.Page(OfId(id, route)).Select(SubjectVersion)])),
        ("POST", ["compatibility", "subjects", var subject, "versions"]) => Now(Compatibility(subject, null, request, route)),
        ("POST", ["compatibility", "subjects", var subject, "versions", var version]) => Now(Compatibility(subject, version, request, route)),
        ("GET", ["config", .. var subject]) => Now(Config(One(subject), route)),
        ("PUT", ["config", .. var subject]) => SetConfigAsync(One(subject), request, cancellationToken),
        ("DELETE", ["config", .. var subject]) => Then(editor.DeleteConfigAsync(One(subject), cancellationToken), config => Shown(config)),
        ("GET", ["mode", .. var subject]) => Now(Mode(One(subject), route)),
        ("PUT", ["mode", .. var subject]) => SetModeAsync(One(subject), request, route, cancellationToken),
        ("DELETE", ["mode", .. var subject]) => Then(editor.DeleteModeAsync(One(subject), cancellationToken), static mode => Mode(mode)),
        ("GET", ["contexts"]) => Now(new JsonArray(".")),
        ("GET", ["v1", "metadata", "id"]) => Now(new JsonObject
        {
            ["scope"] = new JsonObject
            {
                ["path"] = new JsonArray(),
                ["clusters"] = new JsonObject { ["kafka-cluster"] = clusterId, ["schema-registry-cluster"] = "schema-registry" },
            },
        }),
        ("GET", ["v1", "metadata", "version"]) => Now(new JsonObject { ["version"] = typeof(RegistryApi).Assembly.GetName().Version!.ToString(3), ["commitId"] = "" }),
        _ => throw new RegistryRefusal(404, "HTTP 404 Not Found"),
    };

    private static Task<JsonNode?> Now(JsonNode? answer) => Task.FromResult(answer);

    private static async Task<JsonNode?> Then<T>(Task<T> change, Func<T, JsonNode?> answer) => answer(await change);

    /// <summary>The subject behind <c>/config</c> or <c>/mode</c>; null for none.</summary>
    private static string? One(string[] path) => path switch
    {
        [] => null,
        [var subject] => subject,
        _ => throw new RegistryRefusal(404, "HTTP 404 Not Found"),
    };

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];

    private static JsonArray Numbers(IEnumerable<int> numbers) => [.. numbers.Select(number => (JsonNode)number)];

    /// <summary>A schema's own text; where it is no JSON, which only a foreign writer can have stored, as a text.</summary>
    private static JsonNode? Raw(string schema)
    {
        try
        {
            return JsonNode.Parse(schema);
        }
        catch (JsonException)
        {
            return schema;
        }
    }

    private static JsonObject SubjectVersion(StoredSchema version) => new() { ["subject"] = version.Subject, ["version"] = version.Version };

    private static JsonObject Version(StoredSchema version)
    {
        var json = new JsonObject { ["subject"] = version.Subject, ["version"] = version.Version, ["id"] = version.Id };
        Describe(json, version.Schema);
        return json;
    }

    private static void Describe(JsonObject json, RegistrySchema schema)
    {
        if (schema.SchemaType != RegistrySchema.Avro)
            json["schemaType"] = schema.SchemaType;
        if (schema.References.Count > 0)
            json["references"] = RegistryJson.Write(schema.References);
        json["schema"] = schema.Schema;
    }

    private static JsonObject Registered(StoredSchema version)
    {
        var json = new JsonObject { ["id"] = version.Id, ["version"] = version.Version };
        Describe(json, version.Schema);
        return json;
    }

    private static JsonObject Mode(RegistryMode? mode) => new() { ["mode"] = mode is { } set ? RegistryModes.Name(set) : null };

    private static JsonObject Body(RegistryRequest request)
    {
        try
        {
            if (RegistryJson.Parse(request.Body.Span) is JsonObject body)
                return body;
        }
        catch (JsonException e)
        {
            throw new RegistryRefusal(400, $"The body is no JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}");
        }

        throw new RegistryRefusal(422, "The body is no JSON object");
    }

    private static RegistrySchema Schema(JsonObject body)
    {
        try
        {
            return RegistryJson.Schema(body);
        }
        catch (SchemaRegistryException)
        {
            throw RegistryRefusal.InvalidSchema("the body has no schema that is a text, or references of another form");
        }
    }

    private static Registration Registration(string subject, RegistryRequest request, RegistryRoute route)
    {
        var body = Body(request);
        var (version, id) = (RegistryJson.Optional<int>(body, "version"), RegistryJson.Optional<int>(body, "id"));
        return new Registration(subject, Schema(body), Math.Max(0, version), Math.Max(0, id), route.Is("normalize"));
    }

    private static VersionFilter Filter(RegistryRoute route)
    {
        if (route.Is("deletedOnly"))
            return VersionFilter.DeletedOnly;
        return route.Is("deleted") ? VersionFilter.All : VersionFilter.NotDeleted;
    }

    private static bool Passes(StoredSchema version, VersionFilter filter) =>
        filter == VersionFilter.All || version.IsDeleted == (filter == VersionFilter.DeletedOnly);

    private JsonArray Subjects(RegistryRoute route)
    {
        var filter = Filter(route);
        var subjects = catalog.All()
            .GroupBy(version => version.Subject, StringComparer.Ordinal)
            .Where(versions => filter == VersionFilter.DeletedOnly ? versions.All(v => v.IsDeleted) : versions.Any(v => Passes(v, filter)))
            .Select(versions => versions.Key)
            .Where(subject => subject.StartsWith(Prefix(route), StringComparison.Ordinal));
        return Texts(route.Page(subjects));
    }

    /// <summary>The prefix that is asked for; Confluent's <c>:*:</c> is all of them.</summary>
    private static string Prefix(RegistryRoute route) => route.Text("subjectPrefix") is { } prefix && prefix != ":*:" ? prefix : "";

    private JsonArray Versions(string subject, RegistryRoute route)
    {
        var filter = Filter(route);
        if (catalog.Versions(subject, filter == VersionFilter.NotDeleted ? filter : VersionFilter.All).Count == 0)
            throw RegistryRefusal.SubjectNotFound(subject);
        return Numbers(route.Page(catalog.Versions(subject, filter).Select(version => version.Version)));
    }

    private JsonObject LookUp(string subject, RegistryRequest request, RegistryRoute route)
    {
        var schema = catalog.Texts.Parse(Schema(Body(request)), strict: false, route.Is("normalize") || catalog.Normalizes(subject));
        var versions = catalog.Versions(subject, route.Is("deleted") ? VersionFilter.All : VersionFilter.NotDeleted);
        if (versions.Count == 0)
            throw RegistryRefusal.SubjectNotFound(subject);
        return Version(RegistryEditor.Same(versions, schema, 0, catalog.Texts) ?? throw RegistryRefusal.SchemaNotFound());
    }

    private JsonArray ReferencedBy(string subject, string version, RegistryRoute route)
    {
        var found = catalog.Require(subject, RegistryRoute.Version(version), deletedToo: true);
        return Numbers(route.Page(catalog.ReferencedBy(subject, found.Version, route.Is("deleted")).Select(other => other.Id).Distinct().Order()));
    }

    private JsonArray Schemas(RegistryRoute route)
    {
        var filter = route.Is("deleted") ? VersionFilter.All : VersionFilter.NotDeleted;
        var found = catalog.All().Where(version => Passes(version, filter) && version.Subject.StartsWith(Prefix(route), StringComparison.Ordinal));
        if (route.Is("latestOnly"))
            found = found.GroupBy(version => version.Subject, StringComparer.Ordinal).Select(versions => versions.Last());
        return [.. route.Page(found).Select(Version)];
    }

    private JsonObject ById(string id, RegistryRoute route)
    {
        var json = new JsonObject();
        Describe(json, RequireId(id, route)[0].Schema);
        if (route.Is("fetchMaxId"))
            json["maxId"] = catalog.MaxId;
        return json;
    }

    /// <summary>The versions of an id, deleted ones too: their data are still read.</summary>
    private List<StoredSchema> RequireId(string text, RegistryRoute route)
    {
        if (!int.TryParse(text, out var id))
            throw new RegistryRefusal(404, "HTTP 404 Not Found");
        var found = catalog.ById(id);
        if (route.Text("subject") is { Length: > 0 } subject && found.Exists(version => version.Subject == subject))
            found = found.FindAll(version => version.Subject == subject);
        return found.Count > 0 ? found : throw RegistryRefusal.SchemaNotFound(id);
    }

    private IEnumerable<StoredSchema> OfId(string id, RegistryRoute route) => RequireId(id, route).Where(version => route.Is("deleted") || !version.IsDeleted);

    private JsonObject Compatibility(string subject, string? version, RegistryRequest request, RegistryRoute route)
    {
        var isVerbose = route.Is("verbose");
        IReadOnlyList<string> reasons;
        try
        {
            reasons = Reasons(subject, version, request, route);
        }
        catch (RegistryRefusal e) when (isVerbose && e.Code == 42201)
        {
            reasons = [e.Message];
        }

        var json = new JsonObject { ["is_compatible"] = reasons.Count == 0 };
        if (isVerbose)
            json["messages"] = Texts(reasons);
        return json;
    }

    private IReadOnlyList<string> Reasons(string subject, string? version, RegistryRequest request, RegistryRoute route)
    {
        var earlier = catalog.Versions(subject, VersionFilter.NotDeleted);
        if (version is not null)
        {
            var number = RegistryRoute.Version(version);
            earlier = number is null ? earlier.TakeLast(1).ToList() : earlier.FindAll(candidate => candidate.Version == number);
            if (number is { } missing && earlier.Count == 0)
                throw RegistryRefusal.VersionNotFound(missing);
        }

        var schema = catalog.Texts.Parse(Schema(Body(request)), strict: true, route.Is("normalize") || catalog.Normalizes(subject));
        return CompatibilityRules.Check(catalog.LevelInForce(subject), schema, [.. earlier.Select(old => (old.Version, catalog.Texts.Parse(old)))]);
    }

    private JsonObject Config(string? subject, RegistryRoute route)
    {
        if (subject is not null && !route.Is("defaultToGlobal") && catalog.Config(subject) is null)
            throw RegistryRefusal.NoCompatibility(subject);
        var shown = Shown(catalog.Config(subject)) ?? [];
        shown["compatibilityLevel"] = CompatibilityLevels.Name(catalog.LevelInForce(subject));
        return shown;
    }

    private static JsonObject? Shown(JsonObject? config)
    {
        var shown = config?.DeepClone().AsObject();
        shown?.Remove("subject");
        return shown;
    }

    private async Task<JsonNode?> SetConfigAsync(string? subject, RegistryRequest request, CancellationToken cancellationToken)
    {
        var body = Body(request);
        var changes = new JsonObject();
        if (body["compatibility"] is not null)
        {
            changes["compatibilityLevel"] = CompatibilityLevels.TryParse(RegistryJson.Optional<string>(body, "compatibility"), out var level)
                ? CompatibilityLevels.Name(level)
                : throw RegistryRefusal.InvalidCompatibility();
        }

        foreach (var member in ConfigMembers.Where(body.ContainsKey))
            changes[member] = body[member]?.DeepClone();
        await editor.SetConfigAsync(subject, changes, cancellationToken);
        return body.DeepClone();
    }

    private JsonObject Mode(string? subject, RegistryRoute route)
    {
        if (subject is not null && !route.Is("defaultToGlobal") && catalog.Mode(subject) is null)
            throw RegistryRefusal.NoMode(subject);
        return Mode(catalog.ModeInForce(subject));
    }

    private async Task<JsonNode?> SetModeAsync(string? subject, RegistryRequest request, RegistryRoute route, CancellationToken cancellationToken)
    {
        if (!RegistryModes.TryParse(RegistryJson.Optional<string>(Body(request), "mode"), out var mode))
            throw RegistryRefusal.InvalidMode();
        await editor.SetModeAsync(subject, mode, route.Is("force"), cancellationToken);
        return Mode(mode);
    }
}
