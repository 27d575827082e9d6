using System.Text.Json;
using System.Text.Json.Serialization;
using MedStreams.Serialization;
using MedStreams.Streams;

namespace MedStreams.Topologies.Recommendations;

/// <summary>The forms of records: JSON with names like <c>computedAt</c>.</summary>
public static class RecommendationSerdes
{
    /// <summary>What is recommended to a user.</summary>
    public static ISerde<RecommendationList> List { get; } = new JsonSerde<RecommendationList>(RecommendationForm.Default.RecommendationList);

    /// <summary>What a user prefers.</summary>
    public static ISerde<PreferenceRecord> Preference { get; } = new JsonSerde<PreferenceRecord>(RecommendationForm.Default.PreferenceRecord);

    /// <summary>How well recommendations fit.</summary>
    public static ISerde<RecommendationScore> Score { get; } = new JsonSerde<RecommendationScore>(RecommendationForm.Default.RecommendationScore);

    /// <summary>A preference as a record of its topic has it.</summary>
    public static byte[] ToBytes(PreferenceRecord preference) => JsonSerializer.SerializeToUtf8Bytes(preference, RecommendationForm.Default.PreferenceRecord);
}

/// <summary>Generated code.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RecommendationList))]
[JsonSerializable(typeof(PreferenceRecord))]
[JsonSerializable(typeof(RecommendationScore))]
internal sealed partial class RecommendationForm : JsonSerializerContext;
