namespace MedStreams.Serialization.Registry;

/// <summary>
/// A request that is refused, under Confluent's codes, whose first three digits are the HTTP status.
/// </summary>
internal sealed class RegistryRefusal(int code, string message) : Exception(message)
{
    public int Code { get; } = code;

    public int Status => Code >= 1000 ? Code / 100 : Code;

    public static RegistryRefusal SubjectNotFound(string subject) => new(40401, $"Subject '{subject}' not found.");

    public static RegistryRefusal VersionNotFound(int version) => new(40402, $"Version {version} not found.");

    public static RegistryRefusal SchemaNotFound(int id) => new(40403, $"Schema {id} not found");

    public static RegistryRefusal SchemaNotFound() => new(40403, "Schema not found");

    public static RegistryRefusal SubjectSoftDeleted(string subject) => new(40404, $"Subject '{subject}' was soft deleted. Set permanent=true to delete permanently");

    public static RegistryRefusal SubjectNotSoftDeleted(string subject) => new(40405, $"Subject '{subject}' was not deleted first before being permanently deleted");

    public static RegistryRefusal VersionSoftDeleted(string subject, int version) =>
        new(40406, $"Subject '{subject}' Version {version} was soft deleted. Set permanent=true to delete permanently");

    public static RegistryRefusal VersionNotSoftDeleted(string subject, int version) =>
        new(40407, $"Subject '{subject}' Version {version} was not deleted first before being permanently deleted");

    public static RegistryRefusal NoCompatibility(string subject) => new(40408, $"Subject '{subject}' does not have subject-level compatibility configured");

    public static RegistryRefusal NoMode(string subject) => new(40409, $"Subject '{subject}' does not have subject-level mode configured");

    public static RegistryRefusal Incompatible(string subject, IEnumerable<string> reasons) =>
        new(409, $"Schema being registered is incompatible with an earlier schema for subject \"{subject}\", details: [{string.Join(", ", reasons)}]");

    public static RegistryRefusal InvalidSchema(string why) => new(42201, $"Invalid schema: {why}");

    public static RegistryRefusal InvalidVersion(string version) =>
        new(42202, $"The specified version '{version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\"");

    public static RegistryRefusal InvalidCompatibility() =>
        new(42203, $"Invalid compatibility level. Valid values are {string.Join(", ", Enum.GetValues<CompatibilityLevel>().Select(CompatibilityLevels.Name))}");

    public static RegistryRefusal InvalidMode() => new(42204, "Invalid mode. Valid values are READWRITE, READONLY, READONLY_OVERRIDE and IMPORT.");

    public static RegistryRefusal NotPermitted(string why) => new(42205, why);

    public static RegistryRefusal Referenced(string subject, int version) =>
        new(42206, $"One or more references exist to the schema {{subject={subject},version={version}}}.");

    public static RegistryRefusal InvalidSubject(string subject) => new(42208, $"The specified subject '{subject}' is not a valid.");
}
