using MedStreams.RocksDb;

namespace MedStreams.Streams.State;

/// <summary>Committed content in a column family of the task's RocksDB.</summary>
/// <param name="store">The store.</param>
/// <param name="database">The task's database.</param>
/// <param name="isShared">True where another thread owns the content, and may change it at any time.</param>
internal sealed class RocksBytes(string store, TaskDatabase database, bool isShared = false) : CommittedBytes
{
    private ColumnFamily _columnFamily = database.ColumnFamilyOf(store);

    // Between two commits the content stands still, so iterators made since the last one serve any number of scans.
    private readonly Stack<Cursor> _idle = [];
    private byte[]? _deletedBelow;
    private int _epoch;

    public override long ApproximateCount => database.Database.Property(_columnFamily, "rocksdb.estimate-num-keys") ?? 0;

    /// <summary>A number that RocksDB tells of the column family; safe from any thread.</summary>
    public long? Property(string name) => database.Database.Property(_columnFamily, name);

    public override StoreValue Get(ReadOnlySpan<byte> key)
    {
        try
        {
            return new StoreValue(database.Database.Get(_columnFamily, key));
        }
        catch (RocksDbException e)
        {
            throw Failed(e);
        }
    }

    public override CommittedCursor Rent() => _idle.TryPop(out var cursor) ? cursor : new Cursor(this, _epoch);

    public override void Return(CommittedCursor cursor)
    {
        var mine = (Cursor)cursor;
        if (mine.Epoch == _epoch && !isShared)
            _idle.Push(mine);
        else
            mine.Dispose();
    }

    public override void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        database.Batch.Put(_columnFamily, key, value);

    public override void Delete(ReadOnlySpan<byte> key) => database.Batch.Delete(_columnFamily, key);

    public override void DeleteBelow(byte[] start, byte[] key)
    {
        database.Batch.DeleteRange(_columnFamily, start, key);
        _deletedBelow = key;
    }

    public override void Written()
    {
        Release();
        if (_deletedBelow is null)
            return;
        try
        {
            // Whole files go at once; the range deletion covers what shares a file with live keys.
            database.Database.DeleteFilesInRange(_columnFamily, [], _deletedBelow);
            _deletedBelow = null;
        }
        catch (RocksDbException e)
        {
            throw Failed(e);
        }
    }

    public override void Reset()
    {
        Release();
        _columnFamily = database.ColumnFamilyOf(store);
    }

    /// <summary>Lets go of iterators over the content until now.</summary>
    public void Release()
    {
        _epoch++;
        while (_idle.TryPop(out var cursor))
            cursor.Dispose();
    }

    public override CommittedCursor Open() => new Cursor(this, epoch: -1);

    private RocksIterator Iterate() => database.Database.Iterate(_columnFamily);

    private StreamsException Failed(RocksDbException e) => database.Failed(e, store);

    private sealed class Cursor(RocksBytes owner, int epoch) : CommittedCursor, IDisposable
    {
        private readonly RocksIterator _iterator = owner.Iterate();

        public int Epoch => epoch;

        public override bool Valid => _iterator.Valid;

        public override ReadOnlySpan<byte> Key => _iterator.Key;

        public override ReadOnlySpan<byte> Value => _iterator.Value;

        public override void SeekFirst(ReadOnlySpan<byte> lower)
        {
            try
            {
                _iterator.Seek(lower);
            }
            catch (RocksDbException e)
            {
                throw owner.Failed(e);
            }
        }

        public override void SeekLast(ReadOnlySpan<byte> upper)
        {
            try
            {
                if (upper.Length == 0)
                    _iterator.SeekToLast();
                else if (_iterator.SeekForPrevious(upper) && _iterator.Key.SequenceEqual(upper))
                    _iterator.Previous();
            }
            catch (RocksDbException e)
            {
                throw owner.Failed(e);
            }
        }

        public override void Next()
        {
            try
            {
                _iterator.Next();
            }
            catch (RocksDbException e)
            {
                throw owner.Failed(e);
            }
        }

        public override void Previous()
        {
            try
            {
                _iterator.Previous();
            }
            catch (RocksDbException e)
            {
                throw owner.Failed(e);
            }
        }

        public void Dispose() => _iterator.Dispose();
    }
}
