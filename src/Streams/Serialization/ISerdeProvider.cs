namespace MedStreams.Streams;

/// <summary>
/// Finds serdes for types that a topology uses without naming one, for instance JSON for everything. Asked while the
/// topology is built, never per record. Must be safe for use by several threads.
/// </summary>
public interface ISerdeProvider
{
    /// <summary>A serde of that type, or null where this provider has none. Nullable value types are asked for by their inner type.</summary>
    ISerde<T>? Find<T>();
}
