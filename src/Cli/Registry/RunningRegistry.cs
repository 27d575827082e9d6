using MedStreams.Cli.Commands;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Kafka;
using MedStreams.Serialization.Registry;
using Microsoft.Extensions.Logging;

namespace MedStreams.Cli.Registry;

/// <summary>A schema registry that serves: its log on a broker, its interface over HTTP.</summary>
internal sealed partial class RunningRegistry : IAsyncDisposable
{
    private readonly KafkaSchemaLog _log;
    private readonly EmbeddedSchemaRegistry _registry;
    private readonly RegistryHttpHost _host;

    private RunningRegistry(KafkaSchemaLog log, EmbeddedSchemaRegistry registry, RegistryHttpHost host)
    {
        _log = log;
        _registry = registry;
        _host = host;
    }

    /// <summary>What clients take as <c>schema.registry.url</c>.</summary>
    public Uri Address => _host.Address;

    /// <summary>Starts a registry.</summary>
    /// <param name="context">The run, with the settings.</param>
    /// <param name="clients">Clients of the broker that holds the schemas.</param>
    /// <param name="listen">Where to listen.</param>
    /// <param name="clusterId">The broker's id, as the registry tells it.</param>
    /// <param name="loggers">Where it reports.</param>
    /// <param name="stop">Ends the start.</param>
    /// <exception cref="CliException">A setting is wrong, the broker does not answer, or the address is taken.</exception>
    public static async Task<RunningRegistry> StartAsync(
        CommandContext context, KafkaClients clients, Endpoint listen, string clusterId, ILoggerFactory loggers, CancellationToken stop)
    {
        var settings = context.Settings;
        var http = HttpOptions(context, listen);
        var users = settings.Entries(RegistrySettings.Users);
        var log = new KafkaSchemaLog(clients, settings.Get(RegistrySettings.Topic), (short)settings.Get(RegistrySettings.ReplicationFactor), loggers.CreateLogger<KafkaSchemaLog>());
        var registry = new EmbeddedSchemaRegistry(
            log, new EmbeddedSchemaRegistryOptions { Compatibility = settings.Get(RegistrySettings.Compatibility), Users = users, ClusterId = clusterId }, loggers);
        try
        {
            await registry.StartAsync(stop);
            var host = await RegistryHttpHost.StartAsync(registry, http, stop);
            if (users.Count == 0 && http.ClientAuthorities is null && !System.Net.IPAddress.IsLoopback(listen.Address()))
                OpenToAll(loggers.CreateLogger<RunningRegistry>(), host.Address);
            return new RunningRegistry(log, registry, host);
        }
        catch (SchemaRegistryException e)
        {
            await EndAsync();
            throw CliException.Failed(e.Message, e);
        }
        catch
        {
            await EndAsync();
            throw;
        }

        async Task EndAsync()
        {
            await log.DisposeAsync();
            registry.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _log.DisposeAsync();
        _registry.Dispose();
    }

    private static RegistryHttpOptions HttpOptions(CommandContext context, Endpoint listen)
    {
        var settings = context.Settings;
        var max = settings.Get(RegistrySettings.MaxRequestBytes);
        if (!settings.Find(RegistrySettings.CertificateFile, out var certificateFile))
        {
            return settings.Find(RegistrySettings.ClientAuthoritiesFile, out _)
                ? throw CliException.Usage($"{RegistrySettings.ClientAuthoritiesFile.Key} needs {RegistrySettings.CertificateFile.Key}")
                : new RegistryHttpOptions(listen, max, null, [], null);
        }

        certificateFile = context.FullPath(certificateFile);
        var keyFile = settings.Find(RegistrySettings.KeyFile, out var given) ? context.FullPath(given) : certificateFile;
        var (certificate, chain) = PemFiles.Own(RegistrySettings.CertificateFile, certificateFile, RegistrySettings.KeyFile, keyFile);
        var authorities = settings.Find(RegistrySettings.ClientAuthoritiesFile, out var trusted)
            ? PemFiles.Certificates(RegistrySettings.ClientAuthoritiesFile, context.FullPath(trusted))
            : null;
        return new RegistryHttpOptions(listen, max, certificate, chain, authorities);
    }

    [LoggerMessage(1, LogLevel.Warning, "The schema registry at {Address} can be changed by whoever reaches it: set Registry:Users or Registry:ClientAuthoritiesFile.")]
    private static partial void OpenToAll(ILogger logger, Uri address);
}
