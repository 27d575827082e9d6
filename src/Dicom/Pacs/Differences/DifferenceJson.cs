using System.Text.Json.Serialization;

namespace MedStreams.Dicom.Pacs.Differences;

/// <summary>How a comparison keeps its state.</summary>
[JsonSourceGenerationOptions(UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ExamRecord))]
[JsonSerializable(typeof(StudyDifference))]
[JsonSerializable(typeof(DifferenceState))]
internal sealed partial class DifferenceJson : JsonSerializerContext;

/// <summary>How far a comparison is.</summary>
/// <param name="Key">What it compares, so that another one does not go on with it.</param>
/// <param name="Summary">So far.</param>
/// <param name="Listed">Windows that were listed whole, of both sides.</param>
/// <param name="LastUid">The last study that was compared; null: none yet.</param>
/// <param name="Length">How long the file of differences was then, in bytes.</param>
internal sealed record DifferenceState(string Key, DifferenceSummary Summary, int Listed, string? LastUid, long Length);
