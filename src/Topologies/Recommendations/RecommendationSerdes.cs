using System.Text.Json.Serialization;
using MedStreams.Serialization;
using MedStreams.Streams;

namespace MedStreams.Topologies.Recommendations;

/// <summary>The forms of records: JSON with names like <c>computedAt</c>.</summary>
public static class RecommendationSerdes
{
    /// <summary>What is recommended to a user.</summary>
    public static ISerde<RecommendationList> List { get; } = new JsonSerde<RecommendationList>(RecommendationForm.Default.RecommendationList);
}

/// <summary>Generated code.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RecommendationList))]
internal sealed partial class RecommendationForm : JsonSerializerContext;
