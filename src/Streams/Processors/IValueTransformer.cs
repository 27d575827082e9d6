namespace MedStreams.Streams;

/// <summary>
/// Computes values of a table with state of its own (Kafka Streams' <c>ValueTransformerWithKey</c>). One instance serves one task and
/// is called by one thread at a time; where the result is not kept in a store, lookups use instances of their own.
/// </summary>
public interface IValueTransformer<TKey, TValueIn, TValueOut>
{
    /// <summary>Called once before the first value; fetch the stores here.</summary>
    void Init(IProcessingContext context)
    {
    }

    /// <summary>The new value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; null where the key was deleted.</param>
    TValueOut? Transform(TKey key, TValueIn? value);

    /// <summary>Called once after the last value.</summary>
    void Close()
    {
    }
}
