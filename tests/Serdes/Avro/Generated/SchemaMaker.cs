using System.Text.Json.Nodes;

namespace MedStreams.Serialization.Tests.Avro;

/// <summary>Makes schemas at random: all types, nested, recursive, with logical types and namespaces.</summary>
/// <param name="random">Where chance comes from.</param>
/// <param name="plain">
/// Whether Python can tell all apart: it has one type for all numbers, for bytes and fixed, for strings and enums, and for records and
/// maps, and cannot refer to a type without a namespace from within one.
/// </param>
internal sealed class SchemaMaker(Random random, bool plain = false)
{
    private static readonly string[] PlainBranches = ["bytes", "string", "long"];

    private static readonly string[] Primitives = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];

    private static readonly (string Type, string Logical)[] Logicals =
    [
        ("int", "date"), ("int", "time-millis"), ("long", "time-micros"), ("long", "timestamp-millis"), ("long", "timestamp-micros"),
        ("long", "local-timestamp-millis"), ("long", "local-timestamp-micros"), ("string", "uuid"), ("bytes", "decimal"), ("int", "unknown-here"),
    ];

    private readonly List<string> _records = [];
    private int _names;

    /// <summary>A record, as most topics hold.</summary>
    public JsonNode Record() => Record(0);

    private JsonObject Record(int depth)
    {
        var name = $"R{++_names}";
        var space = random.Next(3) == 0 || (plain && depth == 0) ? $"space{random.Next(3)}.inner" : null;
        var full = space is null && depth > 0 ? null : space is null ? name : $"{space}.{name}";
        if (full is not null)
            _records.Add(full);
        var fields = new JsonArray();
        var count = random.Next(depth == 0 ? 1 : 0, 6);
        for (var i = 0; i < count; i++)
            fields.Add(Field($"f{i}", Type(depth + 1)));
        var record = new JsonObject { ["type"] = "record", ["name"] = name, ["fields"] = fields };
        if (space is not null)
            record["namespace"] = space;
        if (random.Next(4) == 0)
            record["aliases"] = new JsonArray($"Old{name}", $"other.Old{name}");
        if (random.Next(4) == 0)
            record["doc"] = "Said \"so\", with ü.";
        return record;
    }

    private JsonObject Field(string name, JsonNode type)
    {
        var field = new JsonObject { ["name"] = name, ["type"] = type };
        if (random.Next(4) == 0)
            field["aliases"] = new JsonArray($"{name}_before", $"{name}_first");
        if (random.Next(5) == 0)
            field["order"] = "ignore";
        if (random.Next(3) == 0 && Default(type) is (true, var value))
            field["default"] = value;
        return field;
    }

    // Of a union its first branch tells the default.
    private static (bool Has, JsonNode? Value) Default(JsonNode type) => type switch
    {
        JsonArray union => Default(union[0]!),
        JsonObject { Count: > 0 } given => (string?)given["type"] switch
        {
            "array" => (true, new JsonArray()),
            "map" => (true, new JsonObject()),
            "enum" => (true, "S0"),
            "record" or "fixed" => (false, null),
            var primitive when given["logicalType"] is null => Default(primitive!),
            _ => (false, null),
        },
        _ => (string?)type switch
        {
            "null" => (true, null),
            "boolean" => (true, true),
            "int" or "long" => (true, -7),
            "float" or "double" => (true, 2.5),
            "bytes" => (true, "\u00ff\u0000"),
            "string" => (true, "none"),
            _ => (false, null),
        },
    };

    private JsonNode Type(int depth) => random.Next(depth > 3 ? 4 : 11) switch
    {
        < 3 => Primitives[random.Next(Primitives.Length)],
        3 => Logical(),
        4 => Enum(),
        5 => Fixed(),
        6 => new JsonObject { ["type"] = "array", ["items"] = Type(depth + 1) },
        7 => new JsonObject { ["type"] = "map", ["values"] = Type(depth + 1) },
        8 => Record(depth),
        9 when _records.Count > 0 => new JsonObject { ["type"] = random.Next(2) == 0 ? "array" : "map", ["items"] = Reference(), ["values"] = Reference() },
        _ => Union(depth),
    };

    private JsonNode Reference() => _records[random.Next(_records.Count)];

    private JsonObject Logical()
    {
        var (type, logical) = Logicals[random.Next(Logicals.Length)];
        var made = new JsonObject { ["type"] = type, ["logicalType"] = logical };
        if (logical == "decimal")
            (made["precision"], made["scale"]) = (random.Next(2, 20), random.Next(0, 3));
        return made;
    }

    private JsonObject Enum()
    {
        var symbols = new JsonArray();
        for (var i = random.Next(1, 5); i > 0; i--)
            symbols.Add($"S{symbols.Count}");
        var made = new JsonObject { ["type"] = "enum", ["name"] = $"E{++_names}", ["symbols"] = symbols };
        if (random.Next(2) == 0)
            made["default"] = "S0";
        return made;
    }

    private JsonObject Fixed()
    {
        var size = random.Next(5) == 0 ? 12 : random.Next(1, 20);
        var made = new JsonObject { ["type"] = "fixed", ["name"] = $"F{++_names}", ["size"] = size };
        if (size == 12 && random.Next(2) == 0)
            made["logicalType"] = "duration";
        if (size == 12 || random.Next(3) != 0)
            return made;
        made["logicalType"] = "decimal";
        made["precision"] = random.Next(1, (int)Math.Floor(Math.Log10(2) * ((8 * size) - 1)) + 1);
        return made;
    }

    private JsonArray Union(int depth)
    {
        var union = new JsonArray();
        if (random.Next(2) == 0)
            union.Add("null");
        foreach (var primitive in (plain ? PlainBranches : Primitives[1..]).OrderBy(_ => random.Next()).Take(random.Next(union.Count == 0 ? 1 : 0, 4)))
            union.Add(primitive);
        if (random.Next(2) == 0)
            union.Add(Record(depth + 1));
        if (random.Next(3) == 0 && !plain)
            union.Add(Enum());
        if (random.Next(4) == 0)
            union.Add(new JsonObject { ["type"] = "array", ["items"] = Type(depth + 1) });
        return union;
    }
}
