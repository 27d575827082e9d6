using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MedStreams.Streams;

namespace MedStreams.Serialization;

/// <summary>
/// JSON for all classes, structs and collections that a <see cref="JsonSerializerContext"/> knows, so that operators need not name serdes:
/// <c>new StreamsBuilder(new StreamsBuilderOptions().WithSerdes(new JsonSerdes(Context.Default)))</c>. Texts, numbers and bytes keep the serdes
/// they have without it. Safe for use by several threads.
/// </summary>
public sealed class JsonSerdes(JsonSerializerContext context) : ISerdeProvider
{
    /// <inheritdoc/>
    public ISerde<T>? Find<T>() =>
        context.GetTypeInfo(typeof(T)) is JsonTypeInfo<T> { Kind: not JsonTypeInfoKind.None } type ? new JsonSerde<T>(type) : null;
}
