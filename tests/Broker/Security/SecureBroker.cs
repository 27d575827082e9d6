using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MedStreams.Broker.Tests.Server;
using MedStreams.Support;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Tests.Security;

/// <summary>A broker with listeners of all kinds, a folder of its own, and clients for it.</summary>
internal sealed class SecureBroker : IAsyncDisposable
{
    public const string Password = "correct horse";

    private readonly Func<BrokerOptions, BrokerOptions> _configure;
    private EmbeddedBroker? _broker;

    private SecureBroker(Func<BrokerOptions, BrokerOptions> configure) => _configure = configure;

    public string Folder { get; } = Directory.CreateTempSubdirectory("medstreams-secure-").FullName;

    public TestCertificates Authority { get; } = TestCertificates.Create("test authority");

    public RecordedLogs Logs { get; } = new();

    public string Data => Path.Combine(Folder, "data");

    public EmbeddedBroker Broker => _broker!;

    public string KeyStorePath => Path.Combine(Folder, "broker.pem");

    public BrokerUsers Users => BrokerUsers.Open(Data);

    /// <summary>The options before the test changes them: a listener of each kind, on free ports.</summary>
    private BrokerOptions Options => new()
    {
        DataDirectory = Data,
        Listeners = [.. Enum.GetValues<ListenerProtocol>().Select(protocol => new BrokerListener { Name = protocol.KafkaName(), Protocol = protocol, Port = 0 })],
        Sasl = new SaslOptions
        {
            Mechanisms = [SaslMechanism.Plain, SaslMechanism.ScramSha256, SaslMechanism.ScramSha512],
            FailedAuthenticationDelay = TimeSpan.FromMilliseconds(1),
        },

        // A test that moves the time may do so while the broker still notes that a response has left.
        TransferTimeout = TimeSpan.FromHours(1),
        Tls = new TlsOptions
        {
            KeyStore = new TlsStore { Location = KeyStorePath, Type = TlsStoreType.Pem },
            TrustStore = new TlsStore { Pem = Authority.AuthorityPem },
            ClientAuth = ClientCertificateMode.Requested,
        },
    };

    public static async Task<SecureBroker> StartAsync(Func<BrokerOptions, BrokerOptions>? configure = null, TimeProvider? clock = null)
    {
        var broker = new SecureBroker(configure ?? (options => options));
        using var certificate = broker.Authority.Server();
        await File.WriteAllTextAsync(broker.KeyStorePath, TestCertificates.Pem(certificate));
        await broker.OpenAsync(clock);
        return broker;
    }

    public async Task RestartAsync()
    {
        await _broker!.DisposeAsync();
        await OpenAsync(null);
    }

    public int PortOf(ListenerProtocol protocol)
    {
        var address = Broker.Listeners.Single(listener => listener.Protocol == protocol).BootstrapServers;
        return int.Parse(address[(address.LastIndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    public Task AddUserAsync(string name, string password = Password) =>
        Users.SetAsync(name, password, [SaslMechanism.ScramSha256, SaslMechanism.ScramSha512], BrokerUsers.MinIterations);

    /// <summary>A connection that is not authenticated yet; encrypted where the listener is.</summary>
    public Task<RawClient> ConnectAsync(
        ListenerProtocol protocol, X509Certificate2? certificate = null, SslProtocols versions = SslProtocols.None) => protocol.UsesTls()
        ? RawClient.ConnectTlsAsync(PortOf(protocol), ClientOptions(certificate, versions))
        : RawClient.ConnectAsync(PortOf(protocol));

    /// <summary>A connection of a user.</summary>
    public async Task<RawClient> ConnectAsync(string user, ListenerProtocol protocol = ListenerProtocol.SaslPlaintext)
    {
        var client = await ConnectAsync(protocol);
        await SaslClient.AuthenticatePlainAsync(client, user, Password);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
        Authority.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task OpenAsync(TimeProvider? clock)
    {
        using var loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Debug).AddProvider(Logs));
        _broker = new EmbeddedBroker(_configure(Options), loggers, clock);
        await _broker.StartAsync();
    }

    private SslClientAuthenticationOptions ClientOptions(X509Certificate2? certificate, SslProtocols versions)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(Authority.Authority);
        return new()
        {
            TargetHost = "127.0.0.1",
            ClientCertificates = certificate is null ? [] : [certificate],
            CertificateChainPolicy = policy,
            EnabledSslProtocols = versions,
        };
    }
}
