using System.Text.Json.Serialization;

namespace MedStreams.Sinks.Migration;

/// <summary>Generated code.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class MigrationJson : JsonSerializerContext;
