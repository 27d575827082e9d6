using MedStreams.Streams;
using Npgsql;
using NpgsqlTypes;

namespace MedStreams.Sinks;

/// <summary>One column of a table mapping: what it is called, and how a record becomes its value.</summary>
internal abstract class PostgresColumn<TKey, TValue>(string name, NpgsqlDbType type, bool isKey)
{
    public string Name { get; } = PostgresNames.Quote(name);

    /// <summary>The plain name, for reasons and errors.</summary>
    public string PlainName { get; } = name;

    public bool IsKey { get; } = isKey;

    public NpgsqlDbType Type { get; } = type;

    public string SqlType { get; } = PostgresNames.SqlType(type);

    /// <summary>Writes the value into the row that the importer has begun.</summary>
    public abstract Task WriteAsync(NpgsqlBinaryImporter importer, BufferedRow<TKey, TValue> row, CancellationToken stop);

    public abstract int Hash(in BufferedRow<TKey, TValue> row);

    public abstract bool Same(in BufferedRow<TKey, TValue> left, in BufferedRow<TKey, TValue> right);
}

/// <summary>A column whose values have the type <typeparamref name="T"/>, so that none is boxed.</summary>
internal sealed class PostgresColumn<TKey, TValue, T>(
    string name, NpgsqlDbType type, bool isKey, Func<Record<TKey, TValue>, RecordMetadata, T> value)
    : PostgresColumn<TKey, TValue>(name, type, isKey)
{
    public override Task WriteAsync(
        NpgsqlBinaryImporter importer, BufferedRow<TKey, TValue> row, CancellationToken stop)
    {
        var written = value(row.Record, row.Metadata);
        return written is null ? importer.WriteNullAsync(stop) : importer.WriteAsync(written, Type, stop);
    }

    public override int Hash(in BufferedRow<TKey, TValue> row) =>
        value(row.Record, row.Metadata) is { } found ? EqualityComparer<T>.Default.GetHashCode(found) : 0;

    public override bool Same(in BufferedRow<TKey, TValue> left, in BufferedRow<TKey, TValue> right) =>
        EqualityComparer<T>.Default.Equals(value(left.Record, left.Metadata), value(right.Record, right.Metadata));
}

/// <summary>A record that waits for its commit.</summary>
internal readonly record struct BufferedRow<TKey, TValue>(Record<TKey, TValue> Record, RecordMetadata Metadata);

/// <summary>A record's mapping failed, or gave a value that no column takes. Carries no content.</summary>
internal sealed class RowRefusedException(int index, string reason) : Exception(reason)
{
    /// <summary>Which row of the batch.</summary>
    public int Index { get; } = index;
}
