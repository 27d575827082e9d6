using System.Buffers.Binary;
using System.Text;
using MedStreams.RocksDb;

namespace MedStreams.Streams.State;

/// <summary>
/// The RocksDB of one task: a column family for each persistent store, and in the default one, for each store, the layout of
/// its bytes (<c>l</c> name), its position in the changelog (<c>p</c> name; <c>g</c> name, zero and partition for a global store) and its
/// stream time (<c>t</c> name). Without a write-ahead log and with atomic flushes, a crash leaves all of them at one earlier commit.
/// </summary>
internal sealed class TaskDatabase : IDisposable
{
    private const string StorePrefix = "s:";

    // Damage that only a read finds would not be found by the next open: this file in the folder tells of it.
    private const string DamagedMark = "damaged";

    private readonly TaskId _task;

    private TaskDatabase(TaskId task, RocksDatabase database)
    {
        _task = task;
        Database = database;
    }

    public RocksDatabase Database { get; }

    /// <summary>The batch of the next <see cref="Write"/>.</summary>
    public WriteBatch Batch { get; } = new();

    /// <summary>Opens or makes the database, and the column families of the stores.</summary>
    /// <exception cref="StateCorruptedException">It is damaged.</exception>
    public static TaskDatabase Open(
        TaskId task, string path, RocksDbOptions options, IReadOnlyCollection<StoreLayout> stores)
    {
        TaskDatabase? database = null;
        try
        {
            Directory.CreateDirectory(path);
            if (File.Exists(Path.Combine(path, DamagedMark)))
                throw Damaged(task, "a read found damage before", null);
            database = new TaskDatabase(task, RocksDatabase.Open(path, options));
            database.Reconcile(stores);
            return database;
        }
        catch (RocksDbException e)
        {
            database?.Dispose();
            throw IsDamage(e) ? Damaged(task, e.Message, e) : Failed(task, null, e);
        }
    }

    public ColumnFamily ColumnFamilyOf(string store) => Database.ColumnFamily(StorePrefix + store);

    /// <summary>The position of a store in that partition; null where there is none, or one in another topic.</summary>
    public long? PositionOf(string store, TopicPartition partition) => Position(Key('p', store), partition);

    public void PutPosition(string store, TopicPartition partition, long offset) =>
        PutPosition(Key('p', store), partition, offset);

    /// <summary>The position of a global store in one partition of its topic; null where there is none, or one in another topic.</summary>
    public long? GlobalPositionOf(string store, TopicPartition partition) => Position(GlobalKey(store, partition), partition);

    public void PutGlobalPosition(string store, TopicPartition partition, long offset) =>
        PutPosition(GlobalKey(store, partition), partition, offset);

    /// <summary>What was last put by <see cref="PutState"/>.</summary>
    public byte[]? StateOf(string store)
    {
        using var value = Database.Get(Database.Default, Key('t', store));
        return value.Exists ? value.Span.ToArray() : null;
    }

    public void PutState(string store, byte[] state) => Batch.Put(Database.Default, Key('t', store), state);

    /// <summary>Writes the batch, whole or not at all, and empties it.</summary>
    public void Write()
    {
        if (Batch.Count == 0)
            return;
        try
        {
            Database.Write(Batch);
        }
        catch (RocksDbException e)
        {
            throw Failed(e);
        }
        finally
        {
            Batch.Clear();
        }
    }

    /// <summary>Empties a store.</summary>
    public void Wipe(StoreLayout store)
    {
        try
        {
            Forget(store.Name);
            Write();
            Database.Flush();
            Database.DropColumnFamily(ColumnFamilyOf(store.Name));
            Create(store);
        }
        catch (RocksDbException e)
        {
            throw Failed(e, store.Name);
        }
    }

    /// <summary>What a failed read or write is thrown as. Damage is remembered until the folder is wiped.</summary>
    public StreamsException Failed(RocksDbException e, string? store = null)
    {
        if (e.Kind != RocksDbErrorKind.Corruption)
            return Failed(_task, store, e);
        File.WriteAllText(Path.Combine(Database.Path, DamagedMark), "");
        return Damaged(_task, e.Message, e);
    }

    public void Dispose()
    {
        Batch.Dispose();
        Database.Dispose();
    }

    private long? Position(byte[] key, TopicPartition partition)
    {
        using var value = Database.Get(Database.Default, key);
        if (!value.Exists || !value.Span[sizeof(long)..].SequenceEqual(Encoding.UTF8.GetBytes(partition.ToString())))
            return null;
        return BinaryPrimitives.ReadInt64BigEndian(value.Span);
    }

    private void PutPosition(byte[] key, TopicPartition partition, long offset)
    {
        var text = partition.ToString();
        Span<byte> value = stackalloc byte[sizeof(long) + Encoding.UTF8.GetMaxByteCount(text.Length)];
        BinaryPrimitives.WriteInt64BigEndian(value, offset);
        var length = Encoding.UTF8.GetBytes(text, value[sizeof(long)..]);
        Batch.Put(Database.Default, key, value[..(sizeof(long) + length)]);
    }

    // A database that cannot be opened is as good as damaged, unless the reason lies outside of it: a lock, a full disk, a permission.
    private static bool IsDamage(RocksDbException e) =>
        e.Kind is not (RocksDbErrorKind.InputOutput or RocksDbErrorKind.Unavailable)
        || e.Message.Contains("No such file or directory", StringComparison.Ordinal);

    private static StateCorruptedException Damaged(TaskId task, string reason, Exception? cause) =>
        new($"The state of task {task} is damaged on disk: {reason}", cause) { Task = task };

    private static StreamsException Failed(TaskId task, string? store, RocksDbException e) =>
        new($"{(store is null ? "The state" : $"The store {store}")} of task {task} cannot be read or written: {e.Message}", e)
        {
            Task = task,
        };

    private static byte[] GlobalKey(string store, TopicPartition partition) => Key('g', $"{store}\0{partition.Partition}");

    private static byte[] Key(char kind, string store) => Encoding.UTF8.GetBytes(kind + store);

    /// <summary>
    /// Drops stores that left the topology and stores whose bytes meant something else. What was known of them is forgotten on disk before a
    /// column family of the same name is made, so that no crash can pair an old position with an empty store.
    /// </summary>
    private void Reconcile(IReadOnlyCollection<StoreLayout> stores)
    {
        var kept = stores.Where(IsKept).Select(s => StorePrefix + s.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var stale in Database.ColumnFamilies.Where(c => c != Database.Default && !kept.Contains(c.Name)).ToList())
        {
            Forget(stale.Name[StorePrefix.Length..]);
            Database.DropColumnFamily(stale);
        }

        var added = stores.Where(s => !kept.Contains(StorePrefix + s.Name)).ToList();
        foreach (var store in added)
            Forget(store.Name);
        if (Batch.Count > 0)
        {
            Write();
            Database.Flush();
        }

        foreach (var store in added)
            Create(store);
    }

    private void Create(StoreLayout store)
    {
        Database.CreateColumnFamily(StorePrefix + store.Name);
        Batch.Put(Database.Default, Key('l', store.Name), Encoding.UTF8.GetBytes(store.Fingerprint));
        Write();
    }

    private bool IsKept(StoreLayout store)
    {
        if (Database.ColumnFamilies.All(c => c.Name != StorePrefix + store.Name))
            return false;
        using var layout = Database.Get(Database.Default, Key('l', store.Name));
        return layout.Exists && layout.Span.SequenceEqual(Encoding.UTF8.GetBytes(store.Fingerprint));
    }

    private void Forget(string store)
    {
        foreach (var kind in "lpt")
        {
            var key = Key(kind, store);
            using var value = Database.Get(Database.Default, key);
            if (value.Exists)
                Batch.Delete(Database.Default, key);
        }

        var global = Key('g', store + '\0');
        using var positions = Database.Iterate(Database.Default);
        for (positions.Seek(global); positions.Valid && positions.Key.StartsWith(global); positions.Next())
            Batch.Delete(Database.Default, positions.Key);
    }
}
