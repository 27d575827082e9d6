namespace MedStreams.RocksDb;

/// <summary>A key space of a database. Belongs to the database that made it and is closed with it.</summary>
public sealed class ColumnFamily
{
    internal ColumnFamily(string name, ColumnFamilyHandle handle)
    {
        Name = name;
        Handle = handle;
    }

    /// <summary>Its name; <c>default</c> is always there.</summary>
    public string Name { get; }

    internal ColumnFamilyHandle Handle { get; }
}
