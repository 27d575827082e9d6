using Microsoft.Win32.SafeHandles;

namespace MedStreams.RocksDb;

/// <summary>
/// Owns a pinned value and keeps its database open meanwhile. Used again and again, so that a read allocates nothing; one that its reader
/// forgot is found by the garbage collector.
/// </summary>
internal sealed class PinnedHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    [ThreadStatic]
    private static PinnedHandle? _free;

    private PinnedHandle? _next;
    private DatabaseHandle? _database;

    public PinnedHandle()
        : base(ownsHandle: true)
    {
    }

    /// <summary>Counts how often it was given back: who knows an older number has no value any more.</summary>
    public int Version { get; private set; }

    public nint Pointer => handle;

    /// <summary>Takes over a value.</summary>
    public static PinnedHandle Own(nint slice, DatabaseHandle database)
    {
        var owner = _free ?? new PinnedHandle();
        (_free, owner._next) = (owner._next, null);
        var added = false;
        database.DangerousAddRef(ref added);
        owner._database = database;
        owner.SetHandle(slice);
        RocksDbDiagnostics.Allocated(RocksDbHandleKind.PinnedValue);
        return owner;
    }

    /// <summary>Frees the value; this object serves another.</summary>
    public void GiveBack()
    {
        FreeValue();
        SetHandle(0);
        Version++;
        (_next, _free) = (_free, this);
    }

    protected override bool ReleaseHandle()
    {
        FreeValue();
        return true;
    }

    private void FreeValue()
    {
        Native.PinnableSliceDestroy(handle);
        RocksDbDiagnostics.Freed(RocksDbHandleKind.PinnedValue);
        _database!.DangerousRelease();
        _database = null;
    }
}
