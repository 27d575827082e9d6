namespace MedStreams.RocksDb;

/// <summary>Writes that are applied together or not at all, later ones over earlier ones. Owned by one thread.</summary>
public sealed unsafe class WriteBatch : IDisposable
{
    /// <summary>How many writes it holds.</summary>
    public int Count => Native.WriteBatchCount(Handle);

    /// <summary>Bytes of the keys and values put into it.</summary>
    public long Bytes { get; private set; }

    internal WriteBatchHandle Handle { get; } = new();

    /// <summary>Sets a value. The bytes are copied.</summary>
    public void Put(ColumnFamily columnFamily, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        fixed (byte* k = key, v = value)
        {
            Native.WriteBatchPut(
                Handle, columnFamily.Handle, NotNull(k), (nuint)key.Length, NotNull(v), (nuint)value.Length);
        }

        Bytes += key.Length + value.Length;
    }

    /// <summary>Deletes a key.</summary>
    public void Delete(ColumnFamily columnFamily, ReadOnlySpan<byte> key)
    {
        fixed (byte* k = key)
            Native.WriteBatchDelete(Handle, columnFamily.Handle, NotNull(k), (nuint)key.Length);
        Bytes += key.Length;
    }

    /// <summary>Deletes all keys from one (included) to another (excluded).</summary>
    public void DeleteRange(ColumnFamily columnFamily, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        fixed (byte* f = from, t = to)
        {
            Native.WriteBatchDeleteRange(
                Handle, columnFamily.Handle, NotNull(f), (nuint)from.Length, NotNull(t), (nuint)to.Length);
        }

        Bytes += from.Length + to.Length;
    }

    /// <summary>Empties it for another use.</summary>
    public void Clear()
    {
        Native.WriteBatchClear(Handle);
        Bytes = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    // An empty span may have no address; RocksDB wants one even for nothing.
    private static byte* NotNull(byte* pointer) => pointer == null ? (byte*)1 : pointer;
}
