namespace MedStreams.RocksDb;

/// <summary>What kinds of native objects there are.</summary>
public enum RocksDbHandleKind
{
    /// <summary>Settings of a database or a column family.</summary>
    Options,

    /// <summary>Settings of table files.</summary>
    TableOptions,

    /// <summary>Settings of reads, with the bounds of an iterator.</summary>
    ReadOptions,

    /// <summary>Settings of writes.</summary>
    WriteOptions,

    /// <summary>Settings of a flush.</summary>
    FlushOptions,

    /// <summary>A block cache.</summary>
    Cache,

    /// <summary>An open database.</summary>
    Database,

    /// <summary>An open column family.</summary>
    ColumnFamily,

    /// <summary>An iterator.</summary>
    Iterator,

    /// <summary>A batch of writes.</summary>
    WriteBatch,

    /// <summary>What makes a checkpoint.</summary>
    Checkpoint,

    /// <summary>What a memory measurement looks at.</summary>
    Memory,

    /// <summary>A value that is kept where it lies until its reader is done.</summary>
    PinnedValue,

    /// <summary>The lists of a <see cref="RocksDb.MultiGet"/>.</summary>
    MultiGet,
}

/// <summary>Counts what of RocksDB is allocated and not freed, for leak checks. Safe from any thread.</summary>
public static class RocksDbDiagnostics
{
    private static readonly long[] Live = new long[Enum.GetValues<RocksDbHandleKind>().Length];

    /// <summary>Native objects that are not freed yet. Zero once everything is disposed of.</summary>
    public static long LiveHandles
    {
        get
        {
            var sum = 0L;
            for (var kind = 0; kind < Live.Length; kind++)
                sum += Interlocked.Read(ref Live[kind]);
            return sum;
        }
    }

    /// <summary>Native objects of one kind that are not freed yet.</summary>
    public static long LiveHandlesOf(RocksDbHandleKind kind) => Interlocked.Read(ref Live[(int)kind]);

    internal static void Allocated(RocksDbHandleKind kind, int count = 1) => Interlocked.Add(ref Live[(int)kind], count);

    internal static void Freed(RocksDbHandleKind kind, int count = 1) => Interlocked.Add(ref Live[(int)kind], -count);
}
