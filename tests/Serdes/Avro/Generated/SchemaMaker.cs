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
        ("long", "local-timestamp-millis"), ("string", "uuid"), ("int", "unknown-here"),
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
            fields.Add(new JsonObject { ["name"] = $"f{i}", ["type"] = Type(depth + 1) });
        var record = new JsonObject { ["type"] = "record", ["name"] = name, ["fields"] = fields };
        if (space is not null)
            record["namespace"] = space;
        if (random.Next(4) == 0)
            record["doc"] = "Said \"so\", with ü.";
        return record;
    }

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
        return new JsonObject { ["type"] = type, ["logicalType"] = logical };
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
        var size = random.Next(1, 20);
        var made = new JsonObject { ["type"] = "fixed", ["name"] = $"F{++_names}", ["size"] = size };
        if (random.Next(3) != 0)
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
