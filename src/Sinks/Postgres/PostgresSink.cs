using MedStreams.Streams;
using Npgsql;

namespace MedStreams.Sinks;

/// <summary>
/// Writes records into a PostgreSQL table exactly once. Beside the rows, and in the same transaction, the database keeps
/// each partition's next offset and the epoch of its owner (<c>medstreams.sink_partition</c>), so a crash at any point
/// neither loses nor doubles a row and an owner that was replaced cannot write. Safe for use by several threads.
/// </summary>
/// <remarks>
/// A record whose row the server refuses for its content (SQLSTATE classes 22 and 23), or whose mapping throws, is left
/// out and handed to the rejection handler of <see cref="ISinkWriter{TKey, TValue}.CommitAsync"/>; all others of its
/// batch are written.
/// </remarks>
public sealed class PostgresSink<TKey, TValue> : ISink<TKey, TValue>, IAsyncDisposable
{
    private readonly PostgresSinkOptions _options;
    private readonly SemaphoreSlim _migrating = new(1, 1);
    private volatile bool _migrated;

    /// <summary>A sink that connects when it is first needed.</summary>
    /// <exception cref="StreamsException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">The table has no columns.</exception>
    public PostgresSink(PostgresSinkOptions options, PostgresTable<TKey, TValue> table)
    {
        options.Validate();
        _options = options;
        _migrated = !options.ApplyMigrations;
        TableName = table.Name;
        SizeOf = table.SizeOf;
        Rows = new PostgresRows<TKey, TValue>(table);
        Backoff = new RetryBackoff(options.RetryBackoff, options.RetryBackoffMax, options.Clock);
        DataSource = PostgresConnections.Create(options, Rows.CreateStaging);
    }

    internal delegate int SizeEstimate(in Record<TKey, TValue> record);

    internal NpgsqlDataSource DataSource { get; }

    internal PostgresRows<TKey, TValue> Rows { get; }

    internal RetryBackoff Backoff { get; }

    internal string TableName { get; }

    internal SizeEstimate SizeOf { get; }

    /// <inheritdoc/>
    public async ValueTask<ISinkWriter<TKey, TValue>> ClaimAsync(
        SinkPartition partition, CancellationToken cancellationToken)
    {
        var claims = new PartitionClaims(partition);
        var state = await ReachAsync(
            async stop =>
            {
                await MigrateAsync(stop);
                await using var connection = await DataSource.OpenConnectionAsync(stop);
                return await claims.ClaimAsync(connection, _options.Owner, stop);
            },
            cancellationToken);
        return new PostgresSinkWriter<TKey, TValue>(this, partition, claims, state);
    }

    /// <summary>Closes all connections. Writers must have been disposed.</summary>
    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        _migrating.Dispose();
    }

    /// <summary>Runs something that needs the server, and turns failures to reach it into one kind.</summary>
    internal async Task<T> ReachAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken stop)
    {
        Backoff.ThrowIfWaiting();
        try
        {
            var result = await work(stop);
            Backoff.Succeeded();
            return result;
        }
        catch (Exception e) when (PostgresErrors.IsUnavailable(e))
        {
            stop.ThrowIfCancellationRequested();
            Backoff.Failed();
            DataSource.Clear(); // idle connections to a server that went are of no use
            throw new SinkUnavailableException(
                $"PostgreSQL cannot be reached for {TableName}: {PostgresErrors.DescribeAny(e)}.", PostgresErrors.Cause(e));
        }
        catch (Exception e) when (PostgresErrors.IsConflict(e))
        {
            throw new SinkUnavailableException(
                $"A transaction on {TableName} lost against others again and again: {PostgresErrors.DescribeAny(e)}.",
                PostgresErrors.Cause(e));
        }
        catch (PostgresException e)
        {
            throw new StreamsException(
                $"PostgreSQL refuses to work for {TableName}: {PostgresErrors.Describe(e)}. "
                + "Mend the table, the mapping or the role, then start again.",
                PostgresErrors.Cause(e));
        }
    }

    private async Task MigrateAsync(CancellationToken stop)
    {
        if (_migrated)
            return;
        await _migrating.WaitAsync(stop);
        try
        {
            if (!_migrated)
            {
                await PostgresMigrator.ApplyAsync(
                    DataSource, PostgresMigration.BuiltIn("sink").Concat(_options.Migrations), stop);
                _migrated = true;
            }
        }
        finally
        {
            _migrating.Release();
        }
    }
}
