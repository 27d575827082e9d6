using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MedStreams.RocksDb;

/// <summary>
/// The native lists of a <see cref="MultiGet"/>, one block of memory, and the values that were found. While there are any, the database
/// stays open.
/// </summary>
internal sealed unsafe class MultiGetHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int Lists = 4;
    private DatabaseHandle? _database;
    private int _capacity;
    private int _pinned;

    public MultiGetHandle()
        : base(ownsHandle: true)
    {
    }

    /// <summary>How many keys the last run asked for; 0 once values are freed.</summary>
    public int Found { get; private set; }

    public byte** Addresses => (byte**)handle;

    public nuint* Lengths => (nuint*)handle + _capacity;

    /// <summary>What was found, pinned; 0 where nothing was.</summary>
    public nint* Values => (nint*)handle + (2 * _capacity);

    private nint* Errors => (nint*)handle + (3 * _capacity);

    /// <summary>Makes room; there must be no values.</summary>
    public void Reserve(int count)
    {
        if (count <= _capacity)
            return;
        var block = (nint)NativeMemory.Alloc((nuint)count * Lists, (nuint)sizeof(nint));
        if (handle == 0)
            RocksDbDiagnostics.Allocated(RocksDbHandleKind.MultiGet);
        else
            NativeMemory.Free((void*)handle);
        SetHandle(block);
        _capacity = count;
    }

    /// <summary>Reads the keys whose addresses and lengths are set.</summary>
    /// <exception cref="RocksDbException">The first error of those that keys had; there are no values then.</exception>
    public void Read(
        DatabaseHandle database, ReadOptionsHandle options, ColumnFamilyHandle columnFamily, int count, bool isSorted)
    {
        var added = false;
        database.DangerousAddRef(ref added);
        _database = database;
        try
        {
            Native.BatchedMultiGet(
                database, options, columnFamily, (nuint)count, Addresses, Lengths, Values, Errors, isSorted ? (byte)1 : (byte)0);
        }
        catch
        {
            FreeValues(); // there are none, but the database is held
            throw;
        }

        Found = count;
        RocksDbException? first = null;
        for (var i = 0; i < count; i++)
        {
            _pinned += Values[i] == 0 ? 0 : 1;
            if (Errors[i] == 0)
                continue;
            var error = Native.TakeError(Errors[i]);
            first ??= error;
        }

        RocksDbDiagnostics.Allocated(RocksDbHandleKind.PinnedValue, _pinned);
        if (first is null)
            return;
        FreeValues();
        throw first;
    }

    public void FreeValues()
    {
        for (var i = 0; i < Found; i++)
        {
            if (Values[i] != 0)
                Native.PinnableSliceDestroy(Values[i]);
        }

        RocksDbDiagnostics.Freed(RocksDbHandleKind.PinnedValue, _pinned);
        (Found, _pinned) = (0, 0);
        _database?.DangerousRelease();
        _database = null;
    }

    protected override bool ReleaseHandle()
    {
        FreeValues();
        NativeMemory.Free((void*)handle);
        RocksDbDiagnostics.Freed(RocksDbHandleKind.MultiGet);
        return true;
    }
}
