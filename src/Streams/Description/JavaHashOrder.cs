namespace MedStreams.Streams;

/// <summary>
/// The order in which a Java <c>HashSet</c> of strings answers its elements, which Kafka's descriptions show: by bucket, where
/// the table is the smallest power of two, from 16, of which the elements fill at most three quarters; then by insertion.
/// </summary>
internal static class JavaHashOrder
{
    public static IEnumerable<T> Sort<T>(IReadOnlyCollection<T> items, Func<T, string> name)
    {
        var buckets = 16;
        while (items.Count * 4 > buckets * 3)
            buckets *= 2;
        return items.OrderBy(item => Bucket(name(item), buckets));
    }

    private static int Bucket(string name, int buckets)
    {
        var hash = 0;
        foreach (var character in name)
            hash = unchecked((hash * 31) + character);
        return (hash ^ (int)((uint)hash >> 16)) & (buckets - 1);
    }
}
