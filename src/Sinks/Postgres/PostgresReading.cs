using System.Data.Common;
using MedStreams.Streams;
using Npgsql;

namespace MedStreams.Sinks;

/// <summary>Opens databases of others, such as that of an old PACS, in which nothing is changed.</summary>
public static class PostgresReading
{
    /// <summary>Connections whose transactions are read-only; nothing is asked yet.</summary>
    /// <param name="connectionString">How to connect, as Npgsql takes it.</param>
    /// <param name="connections">Most connections, at least 1.</param>
    /// <exception cref="StreamsException">It is no connection string.</exception>
    public static DbDataSource Open(string connectionString, int connections = 8)
    {
        try
        {
            var builder = new NpgsqlDataSourceBuilder(connectionString);
            var settings = builder.ConnectionStringBuilder;
            settings.ApplicationName ??= "medstreams";
            settings.IncludeErrorDetail = false; // details quote rows
            settings.MaxPoolSize = Math.Max(1, connections);
            settings.MinPoolSize = 0;
            settings.Options = $"{settings.Options} -c default_transaction_read_only=on".Trim();
            return builder.Build();
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new StreamsException("The connection string of the database that is read is none; allowed is what Npgsql takes: Host=..;Database=..;Username=..;Password=..", e);
        }
    }
}
