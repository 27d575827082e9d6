using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Kafka;
using MedStreams.Sinks;
using MedStreams.Streams;

namespace MedStreams.Cli.Commands.Doctor;

/// <summary>The checks.</summary>
internal static class Examination
{
    public static async IAsyncEnumerable<Finding> OfAsync(
        CommandContext context, [EnumeratorCancellation] CancellationToken stop)
    {
        yield return Finding.Ok(".NET", $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}");
        var librdkafka = Librdkafka();
        yield return librdkafka;
        yield return NativeLibraryOf("librocksdb", "state stores", "librocksdb7.8", "librocksdb.so.7.8", "librocksdb.so.7", "librocksdb.so");
        var settings = Settings(context);
        yield return settings;
        if (settings.IsThere && librdkafka.IsThere)
            yield return Broker(context);
        if (settings.IsThere && context.Settings.Find(PostgresSettings.ConnectionString, out var database))
            yield return await DatabaseAsync(database, stop);
        yield return Program("PostgreSQL", "the demo starts a private one", "postgresql", context, "postgres", "/usr/lib/postgresql/*/bin");
        yield return Program("Orthanc", "the demo receives DICOM files with it", "orthanc", context, "Orthanc", "/usr/sbin");
        yield return Program("DCMTK", "the demo sends DICOM files with it", "dcmtk", context, "storescu", "/usr/bin");
    }

    private static Finding Librdkafka()
    {
        try
        {
            return Finding.Ok("librdkafka", $"{Library.VersionString}: Kafka's client library");
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or InvalidOperationException or BadImageFormatException)
        {
            return new Finding("librdkafka", false, true, "Kafka's client library", "apt-get install librdkafka1");
        }
    }

    private static Finding NativeLibraryOf(string check, string purpose, string package, params string[] names)
    {
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, out var handle))
            {
                NativeLibrary.Free(handle);
                return Finding.Ok(check, $"{name}: {purpose}");
            }
        }

        return new Finding(check, false, true, purpose, $"apt-get install {package}");
    }

    private static Finding Settings(CommandContext context)
    {
        try
        {
            var given = context.Settings.All.Count(s => s.Source is not ("default" or "not set"));
            return Finding.Ok("settings", $"{given} set, the rest by default");
        }
        catch (CliException e)
        {
            return new Finding("settings", false, true, e.Message.Replace("\nmedstreams: ", "; ", StringComparison.Ordinal), "set what is allowed");
        }
    }

    private static Finding Broker(CommandContext context)
    {
        var servers = context.Settings.Get(KafkaSettings.BootstrapServers);
        var clients = new KafkaClients(context);
        using var admin = clients.CreateAdmin();
        try
        {
            var brokers = admin.GetMetadata(TimeSpan.FromSeconds(Math.Min(3, clients.Timeout.TotalSeconds))).Brokers.Count;
            return Finding.Ok("broker", $"{servers}: {brokers} broker{(brokers == 1 ? "" : "s")}");
        }
        catch (KafkaException e)
        {
            return new Finding("broker", false, false, $"{servers}: {e.Error.Code}", "medstreams broker, or --bootstrap-servers");
        }
    }

    /// <summary>Asks the configured PostgreSQL for its version; what it answers otherwise stays unsaid, it may name hosts and users.</summary>
    private static async Task<Finding> DatabaseAsync(string connectionString, CancellationToken stop)
    {
        const string Check = "database";
        try
        {
            await foreach (var version in PostgresQuery.RowsAsync(connectionString, "SHOW server_version", row => row.GetString(0), stop))
                return Finding.Ok(Check, $"PostgreSQL {version}: where results are written");
        }
        catch (Exception e) when (e is StreamsException or ArgumentException)
        {
            return new Finding(
                Check, false, false, $"{e.GetType().Name}: where results are written", "check Postgres:ConnectionString and the server");
        }

        return new Finding(Check, false, false, "it answered nothing", "check Postgres:ConnectionString and the server");
    }

    /// <summary>Looks for a program on the path and in the folders that Debian keeps it in; a folder may hold one asterisk.</summary>
    private static Finding Program(
        string check, string purpose, string package, CommandContext context, string program, string folder)
    {
        var folders = context.Environment.Variables.GetValueOrDefault("PATH", "").Split(Path.PathSeparator).Concat(Expand(folder));
        var found = folders.Where(f => f.Length > 0).Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);
        return found is null
            ? new Finding(check, false, false, purpose, $"apt-get install {package}")
            : Finding.Ok(check, found);
    }

    private static IEnumerable<string> Expand(string folder)
    {
        var at = folder.IndexOf("/*", StringComparison.Ordinal);
        if (at < 0)
            return [folder];
        var (parent, rest) = (folder[..at], folder[(at + 2)..].TrimStart('/'));
        return Directory.Exists(parent)
            ? Directory.EnumerateDirectories(parent).OrderDescending(StringComparer.Ordinal).Select(d => Path.Combine(d, rest))
            : [];
    }
}
