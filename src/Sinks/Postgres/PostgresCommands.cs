using System.Data;
using Npgsql;

namespace MedStreams.Sinks;

/// <summary>Short forms for statements with positional parameters. Each runs its command once and disposes of it.</summary>
internal static class PostgresCommands
{
    /// <summary>A statement; null is SQL's null, of a text unless it comes as a parameter with a type.</summary>
    public static NpgsqlCommand Command(this NpgsqlConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }

    public static async Task<int> ExecuteAsync(this NpgsqlCommand command, CancellationToken stop)
    {
        await using (command)
            return await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>The first column of the first row; null where there is none.</summary>
    public static async Task<T?> ScalarAsync<T>(this NpgsqlCommand command, CancellationToken stop)
    {
        await using (command)
            return await command.ExecuteScalarAsync(stop) is T value ? value : default;
    }

    /// <summary>The first row; null where there is none.</summary>
    public static async Task<T?> FirstAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken stop)
        where T : class
    {
        await using (command)
        {
            await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, stop);
            return await reader.ReadAsync(stop) ? read(reader) : null;
        }
    }

    /// <summary>All rows.</summary>
    public static async Task<List<T>> ListAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken stop)
    {
        await using (command)
        {
            await using var reader = await command.ExecuteReaderAsync(stop);
            var rows = new List<T>();
            while (await reader.ReadAsync(stop))
                rows.Add(read(reader));
            return rows;
        }
    }
}
