namespace MedStreams.Broker.Coordination;

/// <summary>Java's hash of a string, by which Kafka spreads groups and transactional ids over internal topics.</summary>
internal static class JavaHash
{
    /// <summary>The partition of a key, from 0.</summary>
    /// <param name="key">The group id or transactional id.</param>
    /// <param name="partitions">How many partitions the topic has, more than 0.</param>
    public static int Partition(string key, int partitions)
    {
        var hash = 0;
        foreach (var c in key)
        {
            hash = unchecked((31 * hash) + c);
        }

        return hash == int.MinValue ? 0 : Math.Abs(hash) % partitions;
    }
}
