namespace MedStreams.RocksDb;

/// <summary>
/// Bounds the memory tables of several databases together. RocksDB 7.8 has one for C++ only, so this one is the binding's: before each write it
/// makes room by flushing those databases that give most memory back, whoever writes to them, so that idle ones make room for busy ones.
/// Safe for use by several threads; it outlives its databases.
/// </summary>
/// <remarks>
/// Asked for is what memory tables take, waiting ones included. The bound can be exceeded where it is smaller than what empty memory tables take, by
/// what several threads write at once, and by a single batch that is larger.
/// </remarks>
/// <param name="capacityBytes">Bytes that all memory tables may take.</param>
public sealed class RocksDbWriteBufferManager(long capacityBytes)
{
    // Beside its key and value, an entry takes about this: links, lengths, sequence number, and the rest of a block that was too small.
    private const long EntryBytes = 64;

    // An eighth stays free, since what a write takes is known afterwards only, and memory tables grow by whole blocks.
    private const int Reserve = 8;

    // Smaller files would cost more in compactions than their memory is worth.
    private const long WorthAFile = 1 << 20;

    private readonly Lock _lock = new();
    private readonly List<Member> _members = [];
    private long _usage;

    /// <summary>Bytes that all memory tables may take.</summary>
    public long CapacityBytes { get; } = capacityBytes > 0
        ? capacityBytes
        : throw new ArgumentOutOfRangeException(nameof(capacityBytes), capacityBytes, "The memory must be above zero.");

    /// <summary>Bytes that the memory tables of all databases take, as of the last write to each.</summary>
    public long UsageBytes
    {
        get
        {
            lock (_lock)
                return _usage;
        }
    }

    /// <summary>How often a database was flushed to make room.</summary>
    public long Flushes { get; private set; }

    internal Member Add(RocksDatabase database)
    {
        var member = new Member(database) { Empty = database.MemoryTableBytes };
        lock (_lock)
        {
            _members.Add(member);
            Note(member, member.Empty);
        }

        return member;
    }

    /// <summary>The database is about to close. Waits for a flush that runs.</summary>
    internal void Remove(Member member)
    {
        lock (_lock)
        {
            if (_members.Remove(member))
                _usage -= member.Usage;
        }

        lock (member.Gate)
            member.IsClosed = true;
    }

    /// <summary>
    /// Makes room for what is about to be written, as <see cref="RocksDatabase.Write"/> does too: call it before, where that must not take long. Returns
    /// when the flushes that were needed are done.
    /// </summary>
    /// <param name="bytes">Of keys and values.</param>
    /// <param name="entries">How many there are.</param>
    public void MakeRoom(long bytes, int entries)
    {
        var wanted = bytes + (entries * EntryBytes);
        while (Choose(wanted) is { } member)
        {
            lock (member.Gate)
            {
                if (member.IsClosed)
                    continue;
                Flush(member);
            }

            lock (_lock)
            {
                Flushes++;
                member.IsFlushing = false;
                if (_members.Contains(member))
                    Note(member, member.Empty);
            }
        }
    }

    /// <summary>Something was written.</summary>
    internal void Written(Member member)
    {
        var usage = member.Database.MemoryTableBytes;
        lock (_lock)
            Note(member, usage);
    }

    private static void Flush(Member member)
    {
        try
        {
            member.Database.Flush();
        }
        catch (RocksDbException)
        {
            // Its own next write fails for the same reason, and tells those whom it concerns. Here it has given nothing back.
        }

        member.Empty = member.Database.MemoryTableBytes;
    }

    // The one that gives most back, if that is needed and worth it; none where another thread is at it.
    private Member? Choose(long wanted)
    {
        lock (_lock)
        {
            var most = CapacityBytes - (CapacityBytes / Reserve);
            if (_usage + wanted <= most)
                return null;
            Member? best = null;
            var empty = 0L;
            foreach (var member in _members)
            {
                empty += member.Empty;
                if (!member.IsFlushing && (best is null || member.Usage - member.Empty > best.Usage - best.Empty))
                    best = member;
            }

            // Where there is room beyond empty memory tables, the largest holds at least its share of it.
            var share = Math.Max(0, most - wanted - empty) / Math.Max(1, _members.Count);
            if (best is null || best.Usage - best.Empty < Math.Clamp(share, 1, WorthAFile))
                return null;
            best.IsFlushing = true;
            return best;
        }
    }

    private void Note(Member member, long usage)
    {
        _usage += usage - member.Usage;
        member.Usage = usage;
        member.Empty = Math.Min(member.Empty, usage);
    }

    /// <summary>A database that takes part.</summary>
    internal sealed class Member(RocksDatabase database)
    {
        public RocksDatabase Database => database;

        /// <summary>Held while the database is flushed from here.</summary>
        public Lock Gate { get; } = new();

        public bool IsClosed { get; set; }

        public bool IsFlushing { get; set; }

        /// <summary>What its memory tables take.</summary>
        public long Usage { get; set; }

        /// <summary>What they took after the last flush: that no flush gives back.</summary>
        public long Empty { get; set; }
    }
}
