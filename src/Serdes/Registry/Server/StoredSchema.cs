using System.Text.Json.Nodes;

namespace MedStreams.Serialization.Registry;

/// <summary>A version of a subject as the log holds it.</summary>
/// <param name="Subject">The subject.</param>
/// <param name="Version">The version.</param>
/// <param name="Id">The id.</param>
/// <param name="Schema">The schema.</param>
/// <param name="IsDeleted">Whether it was deleted, but not for good.</param>
/// <param name="Value">The whole value: what other registries keep there stays when it is written again.</param>
internal sealed record StoredSchema(string Subject, int Version, int Id, RegistrySchema Schema, bool IsDeleted, JsonObject Value)
{
    /// <summary>A value as Confluent's registry writes it.</summary>
    public static JsonObject NewValue(string subject, int version, int id, RegistrySchema schema)
    {
        var value = new JsonObject { ["subject"] = subject, ["version"] = version, ["id"] = id };
        if (schema.SchemaType != RegistrySchema.Avro)
            value["schemaType"] = schema.SchemaType;
        if (schema.References.Count > 0)
            value["references"] = RegistryJson.Write(schema.References);
        value["schema"] = schema.Schema;
        value["deleted"] = false;
        return value;
    }

    /// <summary>A version from its value.</summary>
    /// <exception cref="SchemaRegistryException">The value lacks something.</exception>
    public static StoredSchema Read(SchemaLogKey key, JsonObject value) => new(
        key.Subject!, key.Version, RegistryJson.Number(value, "id"), RegistryJson.Schema(value), RegistryJson.Optional<bool>(value, "deleted"), value);

    public JsonObject DeletedValue()
    {
        var value = (JsonObject)Value.DeepClone();
        value["deleted"] = true;
        return value;
    }
}
