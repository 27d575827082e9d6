using System.Buffers;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MedStreams.Serialization.Avro;

/// <summary>Makes the schema of a type of C#: its JSON form, which the parser then checks as any other.</summary>
internal sealed class TypeSchemas
{
    private static readonly Dictionary<Type, string> Usual = new()
    {
        [typeof(bool)] = "\"boolean\"",
        [typeof(sbyte)] = "\"int\"",
        [typeof(byte)] = "\"int\"",
        [typeof(short)] = "\"int\"",
        [typeof(ushort)] = "\"int\"",
        [typeof(int)] = "\"int\"",
        [typeof(uint)] = "\"long\"",
        [typeof(long)] = "\"long\"",
        [typeof(float)] = "\"float\"",
        [typeof(double)] = "\"double\"",
        [typeof(string)] = "\"string\"",
        [typeof(byte[])] = "\"bytes\"",
        [typeof(ReadOnlyMemory<byte>)] = "\"bytes\"",
        [typeof(Guid)] = """{"type":"string","logicalType":"uuid"}""",
        [typeof(DateOnly)] = """{"type":"int","logicalType":"date"}""",
        [typeof(TimeOnly)] = """{"type":"long","logicalType":"time-micros"}""",
        [typeof(DateTimeOffset)] = """{"type":"long","logicalType":"timestamp-micros"}""",
        [typeof(DateTime)] = """{"type":"long","logicalType":"timestamp-micros"}""",
    };

    private readonly AvroTypeOptions _options;
    private readonly Dictionary<string, Type> _written = new(StringComparer.Ordinal);
    private readonly Utf8JsonWriter _json;

    private TypeSchemas(Utf8JsonWriter json, AvroTypeOptions options)
    {
        _json = json;
        _options = options;
    }

    /// <summary>The schema of a type.</summary>
    /// <exception cref="AvroSchemaException">Avro has nothing for the type or a part of it; the text names the place.</exception>
    public static AvroSchema Of(Type type, AvroTypeOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            new TypeSchemas(json, options).Type(TypeShape.Of(type), null, null, type.Name);
        }

        return AvroSchema.Parse(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    /// <summary>The full name of a type in Avro.</summary>
    public static string FullName(Type type, AvroTypeOptions options)
    {
        var named = type.GetCustomAttribute<AvroTypeAttribute>(inherit: false);
        var name = named?.Name ?? SimpleName(type);
        if (name.Contains('.', StringComparison.Ordinal))
            return name;
        var space = named?.Namespace ?? options.Namespace ?? type.Namespace;
        return string.IsNullOrEmpty(space) ? name : $"{space}.{name}";
    }

    /// <summary>The symbols of an enum and the values that they stand for.</summary>
    public static IEnumerable<(string Symbol, object Value)> Symbols(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).OrderBy(field => field.MetadataToken)
            .Select(field => (field.GetCustomAttribute<AvroFieldAttribute>()?.Name ?? field.Name, field.GetValue(null)!));

    /// <summary>An envelope of patients is <c>EnvelopeOfPatient</c>.</summary>
    private static string SimpleName(Type type) =>
        type.IsGenericType ? $"{type.Name.Split('`')[0]}Of{string.Join("And", type.GetGenericArguments().Select(SimpleName))}" : type.Name;

    private void Type(TypeShape shape, string? given, string? fallback, string place)
    {
        var cases = given is null ? shape.Cases : null;
        if (!shape.IsNullable && cases is null)
        {
            Plain(shape, given, place);
            return;
        }

        // A default belongs to the first branch, for readers that follow older versions of the specification.
        var nullFirst = fallback is null or "null";
        _json.WriteStartArray();
        if (shape.IsNullable && nullFirst)
            _json.WriteStringValue("null");
        if (cases is null)
            Plain(shape, given, place);
        foreach (var one in cases ?? [])
            Plain(TypeShape.Of(one) with { Cases = null }, null, place);
        if (shape.IsNullable && !nullFirst)
            _json.WriteStringValue("null");
        _json.WriteEndArray();
    }

    private void Plain(TypeShape shape, string? given, string place)
    {
        if (given is not null && !IsForItems(given, shape))
            Raw(given, place);
        else if (Usual.TryGetValue(shape.Type, out var usual))
            _json.WriteRawValue(usual);
        else if (shape.Type == typeof(decimal) || shape.Type == typeof(AvroDecimal))
            throw new AvroSchemaException($"{place}: Avro fixes the digits of a decimal; give it [AvroDecimal(precision, scale)].");
        else if (shape.Type == typeof(AvroDuration))
            Duration();
        else if (shape.Type.IsEnum)
            Enum(shape.Type, place);
        else if (shape.Values() is { } values)
            Collection("map", "values", values, given, place);
        else if (shape.Items() is { } items)
            Collection("array", "items", items, given, place);
        else if (TypeModel.IsRecordLike(shape.Type))
            Record(shape.Type);
        else
            throw new AvroSchemaException($"{place}: Avro has no type for {shape.Type}; give it [AvroSchema(..)], [AvroUnion(..)] or [AvroIgnore].");
    }

    /// <summary>A logical type at a collection, such as the digits of a list of decimals, is that of its items.</summary>
    private static bool IsForItems(string given, TypeShape shape) =>
        (shape.Items() ?? shape.Values()) is not null && JsonElement.Parse(given) is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("logicalType", out _);

    private void Collection(string type, string part, TypeShape item, string? given, string place)
    {
        _json.WriteStartObject();
        _json.WriteString("type", type);
        _json.WritePropertyName(part);
        Type(item, given, null, place);
        _json.WriteEndObject();
    }

    private void Duration()
    {
        const string Name = "MedStreams.Duration";
        if (!Begin(Name, typeof(AvroDuration), "fixed", null))
            return;
        _json.WriteNumber("size", 12);
        _json.WriteString("logicalType", "duration");
        _json.WriteEndObject();
    }

    private void Enum(Type type, string place)
    {
        if (type.IsDefined(typeof(FlagsAttribute), false))
            throw new AvroSchemaException($"{place}: flags can be combined and so are no enum of Avro; use a number.");
        var named = type.GetCustomAttribute<AvroTypeAttribute>(inherit: false);
        if (!Begin(FullName(type, _options), type, "enum", named))
            return;
        _json.WriteStartArray("symbols");
        foreach (var (symbol, _) in Symbols(type))
            _json.WriteStringValue(symbol);
        _json.WriteEndArray();
        if (named?.Default is { } fallback)
            _json.WriteString("default", fallback);
        _json.WriteEndObject();
    }

    private void Record(Type type)
    {
        var name = FullName(type, _options);
        if (!Begin(name, type, "record", type.GetCustomAttribute<AvroTypeAttribute>(inherit: false)))
            return;
        _json.WriteStartArray("fields");
        foreach (var member in TypeModel.Of(type, _options).Members)
            Field(member, $"{name}.{member.Name}");
        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    /// <summary>Begins a named type; writes the name alone and answers false where it stands already.</summary>
    private bool Begin(string name, Type type, string kind, AvroTypeAttribute? named)
    {
        if (!_written.TryAdd(name, type))
        {
            if (_written[name] != type)
                throw new AvroSchemaException($"{type} and {_written[name]} are both called {name}; name one of them with [AvroType].");
            _json.WriteStringValue(name);
            return false;
        }

        _json.WriteStartObject();
        _json.WriteString("type", kind);
        var dot = name.LastIndexOf('.');
        _json.WriteString("name", name[(dot + 1)..]);
        _json.WriteString("namespace", dot < 0 ? "" : name[..dot]);
        if (named?.Doc is { } doc)
            _json.WriteString("doc", doc);
        Texts("aliases", named?.Aliases);
        return true;
    }

    private void Field(MemberModel member, string place)
    {
        var fallback = member.Field?.Default ?? (member.Shape.IsNullable ? "null" : null);
        _json.WriteStartObject();
        _json.WriteString("name", member.Name);
        _json.WritePropertyName("type");
        Type(member.Shape, member.SchemaJson, fallback, place);
        if (member.Field?.Doc is { } doc)
            _json.WriteString("doc", doc);
        if (fallback is not null)
        {
            _json.WritePropertyName("default");
            Raw(fallback, place);
        }

        Texts("aliases", member.Field?.Aliases);
        _json.WriteEndObject();
    }

    private void Raw(string json, string place)
    {
        try
        {
            _json.WriteRawValue(json);
        }
        catch (JsonException e)
        {
            throw new AvroSchemaException($"{place}: an attribute holds what is no JSON; a text stands in quotes.", e);
        }
    }

    private void Texts(string name, string[]? texts)
    {
        if (texts is not { Length: > 0 })
            return;
        _json.WriteStartArray(name);
        foreach (var text in texts)
            _json.WriteStringValue(text);
        _json.WriteEndArray();
    }
}
