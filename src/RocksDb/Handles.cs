using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MedStreams.RocksDb;

/// <summary>Counts what of RocksDB is allocated and not freed, for leak checks.</summary>
public static class RocksDbDiagnostics
{
    private static long _liveHandles;

    /// <summary>
    /// Native objects that are not freed yet: databases, column families, iterators, batches, options, caches, pinned values. Zero once
    /// everything is disposed. Safe from any thread.
    /// </summary>
    public static long LiveHandles => Interlocked.Read(ref _liveHandles);

    internal static void Allocated() => Interlocked.Increment(ref _liveHandles);

    internal static void Freed() => Interlocked.Decrement(ref _liveHandles);
}

/// <summary>A native object that is freed exactly once, and never during a call that uses it.</summary>
internal abstract class RocksHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly RocksHandle? _owner;

    /// <summary>Takes over a native object.</summary>
    /// <param name="pointer">What the native call returned, not null.</param>
    /// <param name="owner">An object that must be freed later than this one.</param>
    protected RocksHandle(nint pointer, RocksHandle? owner = null)
        : base(ownsHandle: true)
    {
        if (owner is not null)
        {
            var added = false;
            owner.DangerousAddRef(ref added);
            _owner = owner;
        }

        SetHandle(pointer);
        RocksDbDiagnostics.Allocated();
    }

    protected abstract void Free(nint pointer);

    protected sealed override bool ReleaseHandle()
    {
        Free(handle);
        RocksDbDiagnostics.Freed();
        _owner?.DangerousRelease();
        return true;
    }
}

internal sealed class OptionsHandle() : RocksHandle(Native.OptionsCreate())
{
    protected override void Free(nint pointer) => Native.OptionsDestroy(pointer);
}

internal sealed class TableOptionsHandle() : RocksHandle(Native.TableOptionsCreate())
{
    protected override void Free(nint pointer) => Native.TableOptionsDestroy(pointer);
}

internal sealed class CacheHandle(nuint bytes) : RocksHandle(Native.CacheCreateLru(bytes))
{
    protected override void Free(nint pointer) => Native.CacheDestroy(pointer);
}

internal sealed class ReadOptionsHandle() : RocksHandle(Native.ReadOptionsCreate())
{
    protected override void Free(nint pointer) => Native.ReadOptionsDestroy(pointer);
}

internal sealed class WriteOptionsHandle() : RocksHandle(Native.WriteOptionsCreate())
{
    protected override void Free(nint pointer) => Native.WriteOptionsDestroy(pointer);
}

internal sealed class WriteBatchHandle() : RocksHandle(Native.WriteBatchCreate())
{
    protected override void Free(nint pointer) => Native.WriteBatchDestroy(pointer);
}

internal sealed class DatabaseHandle(nint pointer) : RocksHandle(pointer)
{
    protected override void Free(nint pointer) => Native.Close(pointer);
}

internal sealed class ColumnFamilyHandle(nint pointer, DatabaseHandle database) : RocksHandle(pointer, database)
{
    protected override void Free(nint pointer) => Native.ColumnFamilyHandleDestroy(pointer);
}

/// <summary>An iterator with the read options and the bounds that it points into.</summary>
internal sealed unsafe class IteratorHandle(
    nint pointer, ColumnFamilyHandle columnFamily, nint readOptions, byte* bounds)
    : RocksHandle(pointer, columnFamily)
{
    protected override void Free(nint pointer)
    {
        Native.IteratorDestroy(pointer);
        Native.ReadOptionsDestroy(readOptions);
        NativeMemory.Free(bounds);
    }
}

internal sealed class CheckpointHandle(nint pointer, DatabaseHandle database) : RocksHandle(pointer, database)
{
    protected override void Free(nint pointer) => Native.CheckpointObjectDestroy(pointer);
}
