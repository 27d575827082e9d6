using System.Numerics;
using System.Runtime.InteropServices;

namespace MedStreams.Topologies.Increments.Counting;

/// <summary>
/// Estimates how many different things were seen (HyperLogLog; Flajolet and others 2007). Two forms: while few, an ordered list of
/// what was seen at a precision of 25 bits, practically exact; from 512 entries on, 4,096 registers of six bits (3 KB). The standard
/// error is 0.01 % while few, then 1.04 / sqrt(4096) = 1.6 %; the estimate is Ertl's improved raw estimator (2017), which has no bias to
/// correct by tables. The form depends only on the set of things, never on their order, so equal sets give equal bytes. Mergeable.
/// For one thread.
/// </summary>
internal sealed class DistinctSketch
{
    /// <summary>The relative standard error of estimates in the large form.</summary>
    public const double StandardError = 0.01625;

    private const int Precision = 12;
    private const int Registers = 1 << Precision;
    private const int MaxRank = 64 - Precision + 1;
    private const int SparsePrecision = 25;
    private const int RankBits = 6;
    private const int MostSparse = 512;

    /// <summary>Ordered; each entry is an index of 25 bits and a rank of 6, one entry an index. Null in the large form.</summary>
    private List<uint>? _sparse = [];

    private byte[]? _ranks;

    /// <summary>Adds a thing by its hash; answers whether that changed anything.</summary>
    /// <param name="hash">64 evenly spread bits; see <see cref="HashOf"/>.</param>
    public bool Add(ulong hash)
    {
        if (_ranks is { } ranks)
        {
            var rank = (byte)Math.Min(BitOperations.LeadingZeroCount(hash << Precision) + 1, MaxRank);
            ref var register = ref ranks[hash >> (64 - Precision)];
            if (rank <= register)
                return false;
            register = rank;
            return true;
        }

        var index = (uint)(hash >> (64 - SparsePrecision));
        var low = Math.Min(BitOperations.LeadingZeroCount(hash << SparsePrecision) + 1, 64 - SparsePrecision + 1);
        return AddSparse((index << RankBits) | (uint)low);
    }

    /// <summary>Adds all that another sketch has seen.</summary>
    public void Merge(DistinctSketch other)
    {
        if (other._sparse is { } entries)
        {
            foreach (var entry in entries)
                AddEntry(entry);
            return;
        }

        Enlarge();
        for (var i = 0; i < Registers; i++)
            _ranks![i] = Math.Max(_ranks[i], other._ranks![i]);
    }

    /// <summary>The estimate.</summary>
    public long Estimate() => _sparse is { } sparse ? LinearCount(sparse.Count) : Estimate(_ranks!);

    /// <summary>The bytes of this sketch; equal for equal sets.</summary>
    public byte[] ToBytes() => _sparse is { } sparse ? SketchForm.Write(sparse) : SketchForm.Write(_ranks!);

    /// <summary>Reads what <see cref="ToBytes"/> wrote; null where the bytes are no sketch.</summary>
    public static DistinctSketch? FromBytes(ReadOnlySpan<byte> bytes)
    {
        var sketch = new DistinctSketch();
        if (SketchForm.IsLarge(bytes))
        {
            sketch._sparse = null;
            sketch._ranks = new byte[Registers];
            return SketchForm.TryRead(bytes, sketch._ranks) ? sketch : null;
        }

        return SketchForm.TryRead(bytes, sketch._sparse!, MostSparse) ? sketch : null;
    }

    /// <summary>A hash of a text: FNV-1a, then a finish that spreads its bits.</summary>
    public static ulong HashOf(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in MemoryMarshal.AsBytes(text.AsSpan()))
            hash = (hash ^ c) * 1099511628211UL;
        hash ^= hash >> 33;
        hash *= 0xFF51AFD7ED558CCDUL;
        hash ^= hash >> 33;
        hash *= 0xC4CEB9FE1A85EC53UL;
        return hash ^ (hash >> 33);
    }

    private bool AddSparse(uint entry)
    {
        var sparse = _sparse!;
        var at = sparse.BinarySearch(entry & ~((1u << RankBits) - 1));
        at = at < 0 ? ~at : at;
        if (at < sparse.Count && sparse[at] >> RankBits == entry >> RankBits)
        {
            if (sparse[at] >= entry)
                return false;
            sparse[at] = entry;
            return true;
        }

        sparse.Insert(at, entry);
        if (sparse.Count > MostSparse)
            Enlarge();
        return true;
    }

    /// <summary>Adds an entry of the small form to whichever form this sketch has.</summary>
    private void AddEntry(uint entry)
    {
        if (_sparse is not null)
        {
            AddSparse(entry);
            return;
        }

        var (register, rank) = ToRegister(entry);
        _ranks![register] = Math.Max(_ranks[register], rank);
    }

    private void Enlarge()
    {
        if (_sparse is not { } sparse)
            return;
        _sparse = null;
        _ranks = new byte[Registers];
        foreach (var entry in sparse)
            AddEntry(entry);
    }

    private static (int Register, byte Rank) ToRegister(uint entry)
    {
        const int Between = SparsePrecision - Precision;
        var index = entry >> RankBits;
        var between = index & ((1u << Between) - 1);
        var rank = between != 0
            ? BitOperations.LeadingZeroCount(between) - (32 - Between) + 1
            : Between + (int)(entry & ((1u << RankBits) - 1));
        return ((int)(index >> Between), (byte)Math.Min(rank, MaxRank));
    }

    /// <summary>How many things it takes on average to hit so many of 2^25 places.</summary>
    private static long LinearCount(int hit)
    {
        const double Places = 1 << SparsePrecision;
        return (long)Math.Round(-Places * Math.Log(1 - (hit / Places)));
    }

    private static long Estimate(byte[] ranks)
    {
        Span<int> counts = stackalloc int[MaxRank + 1];
        counts.Clear();
        foreach (var rank in ranks)
            counts[rank]++;
        var z = Registers * Tau(1 - (counts[MaxRank] / (double)Registers));
        for (var k = MaxRank - 1; k >= 1; k--)
            z = 0.5 * (z + counts[k]);
        z += Registers * Sigma(counts[0] / (double)Registers);
        return (long)Math.Round(Registers / (2 * Math.Log(2)) * Registers / z);
    }

    private static double Sigma(double x)
    {
        if (x >= 1)
            return double.PositiveInfinity;
        var (y, z) = (1.0, x);
        for (var previous = double.NaN; z != previous;)
        {
            x *= x;
            previous = z;
            z += x * y;
            y += y;
        }

        return z;
    }

    private static double Tau(double x)
    {
        if (x is <= 0 or >= 1)
            return 0;
        var (y, z) = (1.0, 1 - x);
        for (var previous = double.NaN; z != previous;)
        {
            x = Math.Sqrt(x);
            previous = z;
            y *= 0.5;
            z -= (1 - x) * (1 - x) * y;
        }

        return z / 3;
    }
}
