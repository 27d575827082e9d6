using System.Text.Json.Serialization;
using MedStreams.Serialization;

namespace MedStreams.Streams.Tests.Manners;

[JsonSerializable(typeof(Admission))]
[JsonSerializable(typeof(Ward))]
[JsonSerializable(typeof(Result))]
[JsonSerializable(typeof(Patient))]
[JsonSerializable(typeof(Placed))]
[JsonSerializable(typeof(List<string>))]
internal sealed partial class ModelContext : JsonSerializerContext;

/// <summary>How the samples' types are written.</summary>
internal static class ModelSerdes
{
    public static StreamsBuilderOptions Options { get; } = new StreamsBuilderOptions().WithSerdes(new JsonSerdes(ModelContext.Default));

    public static ISerde<T> Of<T>() => new JsonSerdes(ModelContext.Default).Find<T>()!;
}
