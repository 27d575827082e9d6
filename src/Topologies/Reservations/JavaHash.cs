namespace MedStreams.Topologies.Reservations;

/// <summary>
/// The hash that decides which partition a reservation number belongs to (S4.1): that of Java's <c>String.hashCode</c>,
/// s[0] * 31^(n-1) + ... + s[n-1] over the UTF-16 units, in 32 bits that wrap around. So producers in Java, or anything else that can
/// multiply, reach the same partition.
/// </summary>
public static class JavaHash
{
    /// <summary>The hash of a text; 0 for the empty one.</summary>
    public static int Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var hash = 0;
        unchecked
        {
            foreach (var unit in text)
                hash = (31 * hash) + unit;
        }

        return hash;
    }

    /// <summary>
    /// <c>abs(hash) mod n</c>, computed in 64 bits: the absolute value of the smallest 32-bit integer has no 32-bit form (Java's
    /// <c>Math.abs</c> leaves it negative, .NET's throws), and counts here as 2,147,483,648.
    /// </summary>
    /// <param name="hash">The hash.</param>
    /// <param name="partitions">N, from 1.</param>
    /// <returns>A partition from 0 to N - 1.</returns>
    public static int Partition(int hash, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        return (int)(Math.Abs((long)hash) % partitions);
    }

    /// <summary>The partition of a reservation number.</summary>
    public static int Partition(string number, int partitions) => Partition(Of(number), partitions);
}
