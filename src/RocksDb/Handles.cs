using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MedStreams.RocksDb;

/// <summary>
/// A native object that is freed exactly once, never during a call that uses it, and never before what lives in it: also where nobody
/// disposes of it, and the garbage collector finds it in any order.
/// </summary>
internal abstract class RocksHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly RocksDbHandleKind _kind;
    private RocksHandle? _owner;

    /// <summary>An object that is still to be made; see <see cref="Take"/>.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="owner">An object that must be freed later than this one.</param>
    protected RocksHandle(RocksDbHandleKind kind, RocksHandle? owner = null)
        : base(ownsHandle: true)
    {
        _kind = kind;
        if (owner is null)
            return;
        var added = false;
        owner.DangerousAddRef(ref added);
        _owner = owner;
    }

    /// <summary>Takes over a native object.</summary>
    protected RocksHandle(RocksDbHandleKind kind, nint pointer, RocksHandle? owner = null)
        : this(kind, owner) => Take(pointer);

    /// <summary>Takes over what the native call returned, not null.</summary>
    protected void Take(nint pointer)
    {
        SetHandle(pointer);
        RocksDbDiagnostics.Allocated(_kind);
    }

    /// <summary>There will be no native object: the call that was to make it failed.</summary>
    protected void GiveUp()
    {
        _owner?.DangerousRelease();
        _owner = null;
        Dispose();
    }

    protected abstract void Free(nint pointer);

    protected sealed override bool ReleaseHandle()
    {
        Free(handle);
        RocksDbDiagnostics.Freed(_kind);
        _owner?.DangerousRelease();
        return true;
    }
}

internal sealed class OptionsHandle() : RocksHandle(RocksDbHandleKind.Options, Native.OptionsCreate())
{
    protected override void Free(nint pointer) => Native.OptionsDestroy(pointer);
}

internal sealed class TableOptionsHandle() : RocksHandle(RocksDbHandleKind.TableOptions, Native.TableOptionsCreate())
{
    protected override void Free(nint pointer) => Native.TableOptionsDestroy(pointer);
}

internal sealed class CacheHandle(nuint bytes) : RocksHandle(RocksDbHandleKind.Cache, Native.CacheCreateLru(bytes))
{
    protected override void Free(nint pointer) => Native.CacheDestroy(pointer);
}

/// <summary>Settings of reads, with the memory of the bounds that they point to.</summary>
internal sealed unsafe class ReadOptionsHandle : RocksHandle
{
    private readonly byte* _bounds;

    public ReadOptionsHandle(ReadOnlySpan<byte> lower = default, ReadOnlySpan<byte> upper = default)
        : base(RocksDbHandleKind.ReadOptions, Native.ReadOptionsCreate())
    {
        if (lower.Length + upper.Length == 0)
            return;
        _bounds = (byte*)NativeMemory.Alloc((nuint)(lower.Length + upper.Length));
        lower.CopyTo(new Span<byte>(_bounds, lower.Length));
        upper.CopyTo(new Span<byte>(_bounds + lower.Length, upper.Length));
        if (lower.Length > 0)
            Native.ReadOptionsSetIterateLowerBound(this, _bounds, (nuint)lower.Length);
        if (upper.Length > 0)
            Native.ReadOptionsSetIterateUpperBound(this, _bounds + lower.Length, (nuint)upper.Length);
    }

    protected override void Free(nint pointer)
    {
        Native.ReadOptionsDestroy(pointer);
        NativeMemory.Free(_bounds);
    }
}

internal sealed class WriteOptionsHandle() : RocksHandle(RocksDbHandleKind.WriteOptions, Native.WriteOptionsCreate())
{
    protected override void Free(nint pointer) => Native.WriteOptionsDestroy(pointer);
}

/// <summary>Settings of a flush: the default waits for it.</summary>
internal sealed class FlushOptionsHandle() : RocksHandle(RocksDbHandleKind.FlushOptions, Native.FlushOptionsCreate())
{
    protected override void Free(nint pointer) => Native.FlushOptionsDestroy(pointer);
}

internal sealed class WriteBatchHandle() : RocksHandle(RocksDbHandleKind.WriteBatch, Native.WriteBatchCreate())
{
    protected override void Free(nint pointer) => Native.WriteBatchDestroy(pointer);
}

internal sealed class DatabaseHandle(nint pointer) : RocksHandle(RocksDbHandleKind.Database, pointer)
{
    protected override void Free(nint pointer) => Native.Close(pointer);
}

internal sealed class ColumnFamilyHandle(nint pointer, DatabaseHandle database)
    : RocksHandle(RocksDbHandleKind.ColumnFamily, pointer, database)
{
    protected override void Free(nint pointer) => Native.ColumnFamilyHandleDestroy(pointer);
}

/// <summary>An iterator. It keeps the read options, which it points into, and the column family with its database.</summary>
internal sealed class IteratorHandle : RocksHandle
{
    private readonly ReadOptionsHandle _options;

    /// <summary>Makes one that stands nowhere yet.</summary>
    /// <exception cref="ObjectDisposedException">The database is closed.</exception>
    public IteratorHandle(
        DatabaseHandle database, ColumnFamilyHandle columnFamily, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper)
        : base(RocksDbHandleKind.Iterator, columnFamily)
    {
        _options = new ReadOptionsHandle(lower, upper);
        try
        {
            Take(Native.CreateIterator(database, _options, columnFamily));
            var added = false;
            _options.DangerousAddRef(ref added);
        }
        catch
        {
            GiveUp();
            throw;
        }
        finally
        {
            _options.Dispose(); // what is left is the reference of the iterator's own
        }
    }

    protected override void Free(nint pointer)
    {
        Native.IteratorDestroy(pointer);
        _options.DangerousRelease();
    }
}

internal sealed class CheckpointHandle(nint pointer, DatabaseHandle database)
    : RocksHandle(RocksDbHandleKind.Checkpoint, pointer, database)
{
    protected override void Free(nint pointer) => Native.CheckpointObjectDestroy(pointer);
}

/// <summary>What a memory measurement looks at: one database.</summary>
internal sealed class MemoryConsumersHandle : RocksHandle
{
    public MemoryConsumersHandle(DatabaseHandle database)
        : base(RocksDbHandleKind.Memory, Native.MemoryConsumersCreate(), database) =>
        Native.MemoryConsumersAddDatabase(this, database);

    protected override void Free(nint pointer) => Native.MemoryConsumersDestroy(pointer);
}

/// <summary>The outcome of a memory measurement.</summary>
internal sealed class MemoryUsageHandle(nint pointer) : RocksHandle(RocksDbHandleKind.Memory, pointer)
{
    protected override void Free(nint pointer) => Native.MemoryUsageDestroy(pointer);
}
