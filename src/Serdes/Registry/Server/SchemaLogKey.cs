using System.Text;
using System.Text.Json;

namespace MedStreams.Serialization.Registry;

/// <summary>
/// The keys of <c>_schemas</c>. Compaction compares their bytes, so they are written exactly as Confluent's registry writes them:
/// that one can take over the topic, and this one a topic of that one.
/// </summary>
/// <param name="Type">SCHEMA, CONFIG, MODE, DELETE_SUBJECT, CLEAR_SUBJECT or NOOP; another's is passed over.</param>
/// <param name="Subject">The subject; null: the registry as a whole.</param>
/// <param name="Version">The version of a schema, else 0.</param>
internal readonly record struct SchemaLogKey(string Type, string? Subject, int Version)
{
    public const string SchemaType = "SCHEMA";
    public const string ConfigType = "CONFIG";
    public const string ModeType = "MODE";
    public const string DeleteSubjectType = "DELETE_SUBJECT";
    public const string ClearSubjectType = "CLEAR_SUBJECT";
    public const string NoopType = "NOOP";

    public static SchemaLogKey Schema(string subject, int version) => new(SchemaType, subject, version);

    public static SchemaLogKey Config(string? subject) => new(ConfigType, subject, 0);

    public static SchemaLogKey Mode(string? subject) => new(ModeType, subject, 0);

    public static SchemaLogKey DeleteSubject(string subject) => new(DeleteSubjectType, subject, 0);

    public static SchemaLogKey ClearSubject(string? subject) => new(ClearSubjectType, subject, 0);

    public static SchemaLogKey Noop() => new(NoopType, null, 0);

    /// <summary>Reads a key; false where it is none.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out SchemaLogKey key)
    {
        key = default;
        try
        {
            var json = RegistryJson.Parse(bytes);
            if (RegistryJson.Optional<string>(json, "keytype") is not { } type)
                return false;
            key = new SchemaLogKey(type, RegistryJson.Optional<string>(json, "subject"), RegistryJson.Optional<int>(json, "version"));
            return type != SchemaType || key is { Subject: not null, Version: > 0 };
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public byte[] ToBytes()
    {
        var text = new StringBuilder($$"""{"keytype":"{{Type}}",""");
        if (!string.IsNullOrEmpty(Subject))
        {
            text.Append("\"subject\":");
            AppendText(text, Subject);
            text.Append(',');
        }

        if (Type == SchemaType)
            text.Append("\"version\":").Append(Version).Append(',');
        return Encoding.UTF8.GetBytes(text.Append("\"magic\":").Append(Type == SchemaType ? 1 : 0).Append('}').ToString());
    }

    /// <summary>A JSON text with the escapes of Jackson and no others.</summary>
    private static void AppendText(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append($"\\u{(int)c:X4}"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }
}
