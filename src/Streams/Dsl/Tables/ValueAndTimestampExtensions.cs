namespace MedStreams.Streams.Dsl.Tables;

internal static class ValueAndTimestampExtensions
{
    /// <summary>The value of an entry; null where there is none.</summary>
    public static TValue? ValueOrNull<TValue>(this ValueAndTimestamp<TValue>? entry) =>
        entry.HasValue ? entry.GetValueOrDefault().Value : default;
}
