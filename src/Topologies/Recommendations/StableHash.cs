namespace MedStreams.Topologies.Recommendations;

/// <summary>A hash of ids that is the same in each process, at each time: FNV-1a over the UTF-16 units, well mixed at the end.</summary>
internal static class StableHash
{
    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    public static ulong Of(string id) => Mix(Fold(Basis, id));

    /// <summary>The hash of two ids, of which one is a hash already.</summary>
    public static ulong Of(ulong hash, string id) => Mix(Fold(hash ^ Basis, id));

    /// <summary>A number from 0 to below 1, by a seed and two ids.</summary>
    public static double Chance(ulong seed, string user, string item) => (Of(Of(Mix(seed + Prime), user), item) >> 11) * (1.0 / (1UL << 53));

    private static ulong Fold(ulong hash, string id)
    {
        foreach (var unit in id)
            hash = unchecked((hash ^ unit) * Prime);
        return hash;
    }

    /// <summary>Each bit of the answer depends on each bit of the question (the finaliser of MurmurHash3).</summary>
    private static ulong Mix(ulong hash)
    {
        unchecked
        {
            hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
            hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
            return hash ^ (hash >> 33);
        }
    }
}
