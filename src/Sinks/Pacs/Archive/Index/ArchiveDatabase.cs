using System.Data;
using MedStreams.Dicom.Pacs;
using MedStreams.Streams;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>The way to the index: connections, migrations at the first use, and errors as a migration takes them. Safe for concurrent use.</summary>
internal sealed class ArchiveDatabase : IAsyncDisposable
{
    private const int Attempts = 4; // against deadlocks and serialization failures

    private readonly NpgsqlDataSource _source;
    private readonly SemaphoreSlim _migrating = new(1, 1);
    private volatile bool _isMigrated;

    public ArchiveDatabase(ArchiveOptions options)
    {
        _isMigrated = !options.ApplyMigrations;
        var builder = new NpgsqlDataSourceBuilder(options.ConnectionString);
        var settings = builder.ConnectionStringBuilder;
        settings.ApplicationName ??= "medstreams-archive";
        settings.IncludeErrorDetail = false; // details quote rows
        settings.Timeout = (int)options.ConnectTimeout.TotalSeconds;
        settings.CommandTimeout = (int)options.StatementTimeout.TotalSeconds;
        settings.MinPoolSize = 0;
        settings.MaxPoolSize = options.MaxConnections;
        settings.MaxAutoPrepare = 64;
        settings.AutoPrepareMinUsages = 2;
        settings.TcpKeepAlive = true;
        settings.Enlist = false;
        builder.UseLoggerFactory(NullLoggerFactory.Instance); // Npgsql's log quotes statements
        _source = builder.Build();
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        _migrating.Dispose();
    }

    /// <summary>Runs something on a connection; lost races against other transactions are run again.</summary>
    /// <exception cref="PacsException">The server is away, or refuses.</exception>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await MigrateAsync(stop);
                await using var connection = await _source.OpenConnectionAsync(stop);
                return await OnAsync(connection, work, stop);
            }
            catch (PostgresException e) when (attempt < Attempts && PostgresErrors.IsConflict(e))
            {
                // Rolled back in favour of another transaction, which is through now: again at once.
            }
            catch (Exception e) when (PostgresErrors.IsUnavailable(e) || PostgresErrors.IsConflict(e))
            {
                stop.ThrowIfCancellationRequested();
                _source.Clear(); // idle connections to a server that went are of no use
                throw new PacsException($"The archive's index (PostgreSQL) cannot be reached: {PostgresErrors.DescribeAny(e)}.", PostgresErrors.Cause(e));
            }
            catch (PostgresException e)
            {
                throw new PacsException(
                    $"The archive's index refuses: {PostgresErrors.Describe(e)}. Mend the tables or the role, then start again.", PostgresErrors.Cause(e))
                {
                    Failure = PacsFailure.Refused,
                };
            }
            catch (StreamsException e)
            {
                throw new PacsException(e.Message, e) { Failure = PacsFailure.Refused }; // of the migrations; its text is ours
            }
        }
    }

    /// <summary>Runs something in a transaction of its own, which is committed when it returns.</summary>
    public Task<T> InTransactionAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken stop) => RunAsync(
        async (connection, token) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(token);
            var result = await work(connection, token);
            await transaction.CommitAsync(token);
            return result;
        },
        stop);

    private static async Task<T> OnAsync<T>(NpgsqlConnection connection, Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken stop)
    {
        try
        {
            return await work(connection, stop);
        }
        catch (InvalidOperationException e) when (connection.State != ConnectionState.Open)
        {
            // Npgsql's word for a statement on a connection, or a transaction, that was lost a moment before.
            throw new IOException("The connection was lost within a transaction.", e);
        }
    }

    private async ValueTask MigrateAsync(CancellationToken stop)
    {
        if (_isMigrated)
            return;
        await _migrating.WaitAsync(stop);
        try
        {
            if (!_isMigrated)
                await PostgresMigrator.ApplyAsync(_source, PostgresMigration.BuiltIn("archive"), stop);
            _isMigrated = true;
        }
        finally
        {
            _migrating.Release();
        }
    }
}
