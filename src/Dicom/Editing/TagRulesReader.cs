using System.Globalization;
using System.Text.Json;

namespace MedStreams.Dicom.Editing;

/// <summary>
/// Reads declared rules from JSON: <c>{"modifiedAt": "2026-01-31T00:00:00+01:00", "modifyingSystem": "...", "source": "...", "reason": "COERCE", "rules": [...]}</c>. A rule is one of
/// <c>{"set": TAG, "to": TEXT}</c>, <c>{"copy": TAG, "to": TAG}</c>, <c>{"prefix": TAG, "with": TEXT}</c>, <c>{"map": TAG, "table": {OLD: NEW}}</c> or
/// <c>{"map": TAG, "file": PATH}</c>, <c>{"remove": TAG}</c>; <c>set</c> and <c>copy</c> take <c>"onlyWhereEmpty": true</c>, <c>map</c> takes <c>"otherwise": "keep"</c> instead of
/// <c>"refuse"</c>. A table's file has lines of an old and a new value with a tabulator or a comma between them. Pure but for those files.
/// </summary>
public static class TagRulesReader
{
    /// <summary>Reads rules.</summary>
    /// <param name="json">The text.</param>
    /// <param name="folder">Where files of tables are looked for that are named without a folder.</param>
    /// <exception cref="TagRuleException">It is none: names the rule by its number.</exception>
    public static TagRules Read(string json, string folder)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement, folder);
        }
        catch (JsonException e)
        {
            throw new TagRuleException($"The rules are no JSON, at line {e.LineNumber + 1}.", e);
        }
    }

    /// <inheritdoc cref="Read(string, string)"/>
    public static TagRules Read(JsonElement json, string folder)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("rules", out var list) || list.ValueKind != JsonValueKind.Array)
            throw new TagRuleException("The rules are an object with an array \"rules\".");
        if (Text(json, "modifiedAt") is not { } text || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var modifiedAt))
            throw new TagRuleException("The rules need \"modifiedAt\", the day from which on they are valid, such as 2026-01-31T00:00:00+01:00: it stands in each changed object.");
        Only(json, "The rules", "modifiedAt", "modifyingSystem", "source", "reason", "rules");
        var rules = new TagRules([.. list.EnumerateArray().Select((rule, i) => Rule(rule, i + 1, folder))]) { ModifiedAt = modifiedAt };
        return rules with
        {
            ModifyingSystem = Text(json, "modifyingSystem") ?? rules.ModifyingSystem,
            Source = Text(json, "source") ?? rules.Source,
            Reason = Text(json, "reason") ?? rules.Reason,
        };
    }

    private static TagRule Rule(JsonElement json, int number, string folder)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw Wrong(number, "is no object");
        var only = json.TryGetProperty("onlyWhereEmpty", out var flag) && flag.ValueKind == JsonValueKind.True;
        if (json.TryGetProperty("set", out _))
            return Checked(json, number, new SetRule(Tag(json, "set", number), Values(json, number), only), "set", "to", "onlyWhereEmpty");
        if (json.TryGetProperty("copy", out _))
            return Checked(json, number, new CopyRule(Tag(json, "to", number), Tag(json, "copy", number), only), "copy", "to", "onlyWhereEmpty");
        if (json.TryGetProperty("prefix", out _))
            return Checked(json, number, new PrefixRule(Tag(json, "prefix", number), Text(json, "with") ?? throw Wrong(number, "has no \"with\"")), "prefix", "with");
        if (json.TryGetProperty("map", out _))
            return Checked(json, number, new MapRule(Tag(json, "map", number), Table(json, number, folder), KeepsOthers(json, number)), "map", "table", "file", "otherwise");
        if (json.TryGetProperty("remove", out _))
            return Checked(json, number, new RemoveRule(Tag(json, "remove", number)), "remove");
        throw Wrong(number, "is none of set, copy, prefix, map, remove");
    }

    private static TagRule Checked(JsonElement json, int number, TagRule rule, params string[] known)
    {
        Only(json, $"Rule {number}", known);
        return rule;
    }

    private static void Only(JsonElement json, string what, params string[] known)
    {
        foreach (var member in json.EnumerateObject())
        {
            if (!known.Contains(member.Name, StringComparer.Ordinal))
                throw new TagRuleException($"{what}: \"{member.Name}\" is not known there.");
        }
    }

    private static DicomTag Tag(JsonElement json, string name, int number) =>
        Text(json, name) is { } text && DicomTag.TryParse(text, out var tag) ? tag : throw Wrong(number, $"names no tag in \"{name}\": one is written 0010,0020");

    private static string[] Values(JsonElement json, int number) =>
        Text(json, "to") is { } text ? text.Split('\\') : throw Wrong(number, "has no \"to\"");

    private static bool KeepsOthers(JsonElement json, int number) => Text(json, "otherwise") switch
    {
        null or "refuse" => false,
        "keep" => true,
        _ => throw Wrong(number, "says otherwise than \"keep\" or \"refuse\""),
    };

    private static Dictionary<string, string> Table(JsonElement json, int number, string folder)
    {
        if (Text(json, "file") is { } file)
            return TableOf(Path.Combine(folder, file), number);
        if (!json.TryGetProperty("table", out var table) || table.ValueKind != JsonValueKind.Object)
            throw Wrong(number, "has neither \"table\" nor \"file\"");
        return table.EnumerateObject().ToDictionary(
            m => m.Name, m => m.Value.ValueKind == JsonValueKind.String ? m.Value.GetString()! : throw Wrong(number, "has a table with something that is no text"), StringComparer.Ordinal);
    }

    private static Dictionary<string, string> TableOf(string path, int number)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TagRuleException($"Rule {number}: the table {path} cannot be read.", e);
        }

        var table = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0)
                continue;
            var columns = lines[i].Split(lines[i].Contains('\t', StringComparison.Ordinal) ? '\t' : ',');
            if (columns.Length != 2 || !table.TryAdd(columns[0].Trim(), columns[1].Trim()))
                throw new TagRuleException($"Rule {number}: line {i + 1} of the table {path} has not two columns, or an old value that is there already.");
        }

        return table;
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static TagRuleException Wrong(int number, string what) => new($"Rule {number} {what}.");
}
