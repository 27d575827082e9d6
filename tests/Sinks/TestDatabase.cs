using System.Globalization;
using MedStreams.Local;
using MedStreams.Sinks.Tests;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace MedStreams.Sinks.Tests;

/// <summary>One private server for all tests that leave it running.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private int _databases;

    internal PrivatePostgres Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable(Migration.MigrationWorker.DatabaseVariable) is null) // a worker has its parent's
            Server = await PrivatePostgres.StartAsync();
    }

    public ValueTask DisposeAsync() => Server?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>A new, empty database on the shared server.</summary>
    internal async Task<TestDatabase> DatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}");
        await new TestDatabase(Server.ConnectionString).ExecuteAsync($"CREATE DATABASE {name}");
        return new TestDatabase(Server.ConnectionString.Replace(
            "Database=postgres", $"Database={name}", StringComparison.Ordinal));
    }
}

/// <summary>A database, and plain looks into it past the code under test.</summary>
internal sealed class TestDatabase(string connectionString)
{
    public string ConnectionString { get; } = connectionString;

    public async Task ExecuteAsync(string sql) => await ScalarAsync<object?>(sql);

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        var value = await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        return value is null or DBNull ? default! : (T)value;
    }

    /// <summary>Rows as text, columns joined by a blank.</summary>
    public async Task<List<string>> RowsAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(
                i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        }

        return rows;
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
