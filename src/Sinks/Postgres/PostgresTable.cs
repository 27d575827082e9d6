using MedStreams.Streams;
using NpgsqlTypes;

namespace MedStreams.Sinks;

/// <summary>What a record without a value does to a table that has a key.</summary>
public enum PostgresTombstones
{
    /// <summary>Its row is deleted. The key columns must then come from the record's key alone.</summary>
    Delete,

    /// <summary>Nothing.</summary>
    Ignore,
}

/// <summary>
/// How records become rows. With <see cref="Key{T}(string, NpgsqlDbType, Func{Record{TKey, TValue}, T})"/> columns a row
/// replaces the one with the same key (the table needs a primary key or unique index on exactly these columns); without,
/// rows are appended. Build it once, then share it: the sink takes a copy.
/// </summary>
/// <param name="name">The table, with its schema before a dot where it has one.</param>
public sealed class PostgresTable<TKey, TValue>(string name)
{
    private readonly List<PostgresColumn<TKey, TValue>> _columns = [];
    private Func<Record<TKey, TValue>, int>? _bytes;

    /// <summary>The table's name as it was given.</summary>
    public string Name { get; } = name;

    internal IReadOnlyList<PostgresColumn<TKey, TValue>> Columns => _columns;

    internal PostgresTombstones Tombstones { get; private set; }

    /// <summary>Adds a column that is part of the row's key.</summary>
    /// <param name="column">The column's name.</param>
    /// <param name="type">The type of the values; the server converts to the column's as an assignment does.</param>
    /// <param name="value">The value of a record; a null is SQL's null.</param>
    public PostgresTable<TKey, TValue> Key<T>(string column, NpgsqlDbType type, Func<Record<TKey, TValue>, T> value) =>
        Add(new PostgresColumn<TKey, TValue, T>(column, type, true, (record, _) => value(record)));

    /// <summary>Adds a column.</summary>
    /// <inheritdoc cref="Key{T}(string, NpgsqlDbType, Func{Record{TKey, TValue}, T})"/>
    public PostgresTable<TKey, TValue> Column<T>(
        string column, NpgsqlDbType type, Func<Record<TKey, TValue>, T> value) =>
        Add(new PostgresColumn<TKey, TValue, T>(column, type, false, (record, _) => value(record)));

    /// <summary>Adds a column whose value also depends on where the record came from.</summary>
    /// <inheritdoc cref="Key{T}(string, NpgsqlDbType, Func{Record{TKey, TValue}, T})"/>
    public PostgresTable<TKey, TValue> Column<T>(
        string column, NpgsqlDbType type, Func<Record<TKey, TValue>, RecordMetadata, T> value) =>
        Add(new PostgresColumn<TKey, TValue, T>(column, type, false, value));

    /// <summary>Says what a record without a value does. Default: its row is deleted; appended tables ignore it.</summary>
    public PostgresTable<TKey, TValue> OnTombstone(PostgresTombstones tombstones)
    {
        Tombstones = tombstones;
        return this;
    }

    /// <summary>
    /// Estimates a record's size in bytes while it waits for its commit. Default: the length of a text or of bytes, and
    /// a fixed amount for each column.
    /// </summary>
    public PostgresTable<TKey, TValue> Size(Func<Record<TKey, TValue>, int> bytes)
    {
        _bytes = bytes;
        return this;
    }

    internal int SizeOf(in Record<TKey, TValue> record) => _bytes is { } known
        ? known(record)
        : 100 + (24 * _columns.Count) + record.Value switch
        {
            string text => 2 * text.Length,
            byte[] bytes => bytes.Length,
            _ => 0,
        };

    private PostgresTable<TKey, TValue> Add(PostgresColumn<TKey, TValue> column)
    {
        if (_columns.Exists(other => other.Name == column.Name))
            throw new ArgumentException($"Table {Name} has the column {column.PlainName} twice.", nameof(column));
        _columns.Add(column);
        return this;
    }
}
