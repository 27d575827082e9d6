using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace MedStreams.Sinks;

/// <summary>Opens pools of connections that wait no longer than they are told and say nothing of what they carry.</summary>
internal static class PostgresConnections
{
    /// <summary>A pool of sessions.</summary>
    /// <param name="options">How to connect and how long to wait.</param>
    /// <param name="prepareSession">What each new session begins with; may be empty.</param>
    public static NpgsqlDataSource Create(PostgresSinkOptions options, string prepareSession)
    {
        var builder = new NpgsqlDataSourceBuilder(options.ConnectionString);
        var settings = builder.ConnectionStringBuilder;
        settings.ApplicationName ??= "medstreams";
        settings.IncludeErrorDetail = false; // details quote rows
        settings.Timeout = (int)options.ConnectTimeout.TotalSeconds;
        settings.CommandTimeout = (int)options.StatementTimeout.TotalSeconds;
        settings.Pooling = true;
        settings.MinPoolSize = 0;
        settings.MaxPoolSize = options.MaxConnections;
        settings.NoResetOnClose = true; // keeps the temporary table and prepared statements
        settings.MaxAutoPrepare = 32;
        settings.AutoPrepareMinUsages = 2;
        settings.TcpKeepAlive = true;
        settings.Enlist = false;
        var prepare =
            $"""
             SET statement_timeout = {Milliseconds(options.StatementTimeout)};
             SET lock_timeout = {Milliseconds(options.LockTimeout)};
             SET idle_in_transaction_session_timeout = {Milliseconds(options.IdleTransactionTimeout)};
             SET client_min_messages = error;
             {prepareSession}
             """;
        builder.UseLoggerFactory(NullLoggerFactory.Instance); // Npgsql's log quotes statements
        builder.UsePhysicalConnectionInitializer(
            connection => PrepareAsync(connection, prepare).GetAwaiter().GetResult(),
            connection => PrepareAsync(connection, prepare));
        return builder.Build();

        static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
    }

    private static async Task PrepareAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
