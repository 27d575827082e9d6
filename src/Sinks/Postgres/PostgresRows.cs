using Npgsql;

namespace MedStreams.Sinks;

/// <summary>
/// Writes buffered records into a table within a transaction that the caller holds: COPY into a temporary table of the
/// session, then one statement that merges it. Of several records with one key, the last wins. Safe for use by several
/// threads, each with its own connection.
/// </summary>
internal sealed class PostgresRows<TKey, TValue>
{
    private const string Staging = "pg_temp.medstreams_staging";
    private const string Tombstone = "\"medstreams tombstone\"";

    private readonly PostgresColumn<TKey, TValue>[] _columns;
    private readonly KeyComparer? _keys;
    private readonly PostgresTombstones _tombstones;
    private readonly string _copy;
    private readonly string _insert;
    private readonly string _delete;

    public PostgresRows(PostgresTable<TKey, TValue> table)
    {
        if (table.Columns.Count == 0)
            throw new ArgumentException($"Table {table.Name} has no columns.", nameof(table));
        _columns = [.. table.Columns];
        _tombstones = table.Tombstones;
        var keys = Array.FindAll(_columns, column => column.IsKey);
        _keys = keys.Length > 0 ? new KeyComparer(keys) : null;

        var target = PostgresNames.QuoteTable(table.Name);
        var names = string.Join(", ", _columns.Select(column => column.Name));
        var keyNames = string.Join(", ", keys.Select(column => column.Name));
        var sets = string.Join(", ", _columns.Where(c => !c.IsKey).Select(c => $"{c.Name} = EXCLUDED.{c.Name}"));
        var conflict = keys.Length == 0 ? ""
            : sets.Length == 0 ? $" ON CONFLICT ({keyNames}) DO NOTHING"
            : $" ON CONFLICT ({keyNames}) DO UPDATE SET {sets}";
        var match = string.Join(" AND ", keys.Select(column => $"t.{column.Name} = s.{column.Name}"));

        CreateStaging =
            $"CREATE TEMP TABLE medstreams_staging ({string.Join(", ", _columns.Select(c => $"{c.Name} {c.SqlType}"))}, "
            + $"{Tombstone} boolean) ON COMMIT DELETE ROWS";
        _copy = $"COPY {Staging} ({names}, {Tombstone}) FROM STDIN (FORMAT BINARY)";
        _insert = $"INSERT INTO {target} ({names}) SELECT {names} FROM {Staging} WHERE NOT {Tombstone}{conflict}";
        _delete = $"DELETE FROM {target} t USING {Staging} s WHERE s.{Tombstone} AND {match}";
    }

    /// <summary>Makes the temporary table; once in each session.</summary>
    public string CreateStaging { get; }

    /// <summary>Writes records, in the order of their offsets.</summary>
    /// <exception cref="RowRefusedException">A record has no row; nothing can be said of the others.</exception>
    /// <exception cref="PostgresException">The server refused.</exception>
    public async Task WriteAsync(
        NpgsqlConnection connection, ReadOnlyMemory<BufferedRow<TKey, TValue>> rows, CancellationToken stop)
    {
        var chosen = Choose(rows.Span);
        if (chosen.Count == 0)
            return;
        var tombstones = 0;
        await using (var importer = await connection.BeginBinaryImportAsync(_copy, stop))
        {
            foreach (var index in chosen)
            {
                var row = rows.Span[index];
                var isTombstone = row.Record.Value is null;
                tombstones += isTombstone ? 1 : 0;
                await importer.StartRowAsync(stop);
                foreach (var column in _columns)
                    await WriteColumnAsync(importer, column, row, index, isTombstone, stop);
                await importer.WriteAsync(isTombstone, NpgsqlTypes.NpgsqlDbType.Boolean, stop);
            }

            await importer.CompleteAsync(stop);
        }

        await using var merge = new NpgsqlBatch(connection);
        if (chosen.Count > tombstones)
            merge.BatchCommands.Add(new NpgsqlBatchCommand(_insert));
        if (tombstones > 0)
            merge.BatchCommands.Add(new NpgsqlBatchCommand(_delete));
        await merge.ExecuteNonQueryAsync(stop);
    }

    /// <summary>Empties the temporary table within a transaction, before a further <see cref="WriteAsync"/>.</summary>
    public static async Task ClearAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand($"TRUNCATE {Staging}", connection);
        await command.ExecuteNonQueryAsync(stop);
    }

    private static async Task WriteColumnAsync(
        NpgsqlBinaryImporter importer,
        PostgresColumn<TKey, TValue> column,
        BufferedRow<TKey, TValue> row,
        int index,
        bool isTombstone,
        CancellationToken stop)
    {
        try
        {
            await (isTombstone && !column.IsKey
                ? importer.WriteNullAsync(stop)
                : column.WriteAsync(importer, row, stop));
        }
        catch (Exception e) when (IsContent(e))
        {
            // Neither the text nor the cause goes on: a mapping's errors may quote what they failed on.
            throw new RowRefusedException(index, $"column {column.PlainName}: {e.GetType().Name}");
        }
    }

    /// <summary>The records to write: with a key only the last of each, without one all that have a value.</summary>
    private List<int> Choose(ReadOnlySpan<BufferedRow<TKey, TValue>> rows)
    {
        var chosen = new List<int>(rows.Length);
        if (_keys is null)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                if (rows[i].Record.Value is not null)
                    chosen.Add(i);
            }

            return chosen;
        }

        var seen = new HashSet<BufferedRow<TKey, TValue>>(rows.Length, _keys);
        for (var i = rows.Length - 1; i >= 0; i--)
        {
            if (rows[i].Record.Value is null && _tombstones == PostgresTombstones.Ignore)
                continue;
            try
            {
                if (seen.Add(rows[i]))
                    chosen.Add(i);
            }
            catch (Exception e) when (IsContent(e))
            {
                throw new RowRefusedException(i, $"key columns: {e.GetType().Name}");
            }
        }

        chosen.Reverse();
        return chosen;
    }

    private static bool IsContent(Exception e) =>
        e is not (NpgsqlException or IOException or OperationCanceledException or ObjectDisposedException
            or OutOfMemoryException or TimeoutException);

    /// <summary>Two records are one row when all key columns agree.</summary>
    private sealed class KeyComparer(PostgresColumn<TKey, TValue>[] keys)
        : IEqualityComparer<BufferedRow<TKey, TValue>>
    {
        public bool Equals(BufferedRow<TKey, TValue> left, BufferedRow<TKey, TValue> right)
        {
            foreach (var key in keys)
            {
                if (!key.Same(left, right))
                    return false;
            }

            return true;
        }

        public int GetHashCode(BufferedRow<TKey, TValue> row)
        {
            var hash = default(HashCode);
            foreach (var key in keys)
                hash.Add(key.Hash(row));
            return hash.ToHashCode();
        }
    }
}
