using System.Net.Security;
using System.Security.Authentication;
using MedStreams.Broker;

namespace MedStreams.Cli.Configuration;

/// <summary>Listeners, keys, users, rules and limits of the embedded broker. The keys are Kafka's names without dots.</summary>
internal static class BrokerSecuritySettings
{
    private const string Protocols = "PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL";

    private static readonly Rule<TlsStoreType> StoreType = Rules.OneOf(("PKCS12", TlsStoreType.Pkcs12), ("PEM", TlsStoreType.Pem));

    public static Setting<IReadOnlyList<ListenerAddress>> Listeners { get; } =
        new("Broker:Listeners", "Where the broker listens, instead of Broker:Listen (listeners)", ListenerAddress.Rule, null);

    public static Setting<IReadOnlyList<ListenerAddress>> AdvertisedListeners { get; } =
        new("Broker:AdvertisedListeners", "The addresses that clients of each listener are told to connect to; not set: the one that they used (advertised.listeners)", ListenerAddress.Rule, null);

    public static Setting<IReadOnlyDictionary<string, ListenerProtocol>> ListenerSecurityProtocolMap { get; } =
        new("Broker:ListenerSecurityProtocolMap", "What each listener speaks (listener.security.protocol.map)", ListenerAddress.ProtocolRule, Protocols);

    public static Setting<TlsStoreType> SslKeystoreType { get; } =
        new("Broker:SslKeystoreType", "The form of the key store (ssl.keystore.type)", StoreType, "PKCS12");

    public static Setting<string> SslKeystoreLocation { get; } =
        new("Broker:SslKeystoreLocation", "The file with the broker's private key and certificates (ssl.keystore.location)", Rules.Text, null);

    public static Setting<string> SslKeystorePassword { get; } =
        new("Broker:SslKeystorePassword", "The password of a PKCS#12 key store (ssl.keystore.password)", Rules.Text, null) { Secret = true };

    public static Setting<string> SslKeystoreKey { get; } =
        new("Broker:SslKeystoreKey", "The private key itself, as PEM, instead of a file (ssl.keystore.key)", Rules.Text, null) { Secret = true };

    public static Setting<string> SslKeystoreCertificateChain { get; } =
        new("Broker:SslKeystoreCertificateChain", "Its certificates, as PEM (ssl.keystore.certificate.chain)", Rules.Text, null);

    public static Setting<string> SslKeyPassword { get; } =
        new("Broker:SslKeyPassword", "The password of the private key in PEM (ssl.key.password)", Rules.Text, null) { Secret = true };

    public static Setting<TlsStoreType> SslTruststoreType { get; } =
        new("Broker:SslTruststoreType", "The form of the trust store (ssl.truststore.type)", StoreType, "PKCS12");

    public static Setting<string> SslTruststoreLocation { get; } =
        new("Broker:SslTruststoreLocation", "The file with the certificates that clients' ones have to lead to; not set: the system's (ssl.truststore.location)", Rules.Text, null);

    public static Setting<string> SslTruststorePassword { get; } =
        new("Broker:SslTruststorePassword", "The password of a PKCS#12 trust store (ssl.truststore.password)", Rules.Text, null) { Secret = true };

    public static Setting<string> SslTruststoreCertificates { get; } =
        new("Broker:SslTruststoreCertificates", "These certificates themselves, as PEM, instead of a file (ssl.truststore.certificates)", Rules.Text, null);

    public static Setting<ClientCertificateMode> SslClientAuth { get; } =
        new("Broker:SslClientAuth", "Whether clients of SSL listeners show certificates (ssl.client.auth)",
            Rules.OneOf(("none", ClientCertificateMode.None), ("requested", ClientCertificateMode.Requested), ("required", ClientCertificateMode.Required)), "none");

    public static Setting<SslProtocols> SslEnabledProtocols { get; } =
        new("Broker:SslEnabledProtocols", "The versions of TLS (ssl.enabled.protocols)",
            Rules.OneOf(("TLSv1.2,TLSv1.3", SslProtocols.Tls12 | SslProtocols.Tls13), ("TLSv1.2", SslProtocols.Tls12), ("TLSv1.3", SslProtocols.Tls13)), "TLSv1.2,TLSv1.3");

    public static Setting<IReadOnlyList<TlsCipherSuite>> SslCipherSuites { get; } =
        new("Broker:SslCipherSuites", "The cipher suites that are allowed; not set: the system's (ssl.cipher.suites)",
            Rules.ListOf<TlsCipherSuite>("a suite's standard name, as in TLS_AES_256_GCM_SHA384", Enum.TryParse), null);

    public static Setting<string> SslPrincipalMappingRules { get; } =
        new("Broker:SslPrincipalMappingRules", "How a certificate's name becomes a user's (ssl.principal.mapping.rules)", Rules.Text, "DEFAULT");

    public static Setting<IReadOnlyList<SaslMechanism>> SaslEnabledMechanisms { get; } =
        new("Broker:SaslEnabledMechanisms", "How clients of SASL listeners may authenticate (sasl.enabled.mechanisms)",
            Rules.ListOf<SaslMechanism>("PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512", SaslMechanisms.TryParse), "SCRAM-SHA-256,SCRAM-SHA-512");

    public static Setting<TimeSpan> ConnectionsMaxReauth { get; } =
        new("Broker:ConnectionsMaxReauth", "After how long SASL clients authenticate again; 0 s: never (connections.max.reauth.ms)",
            Rules.Duration(TimeSpan.Zero, TimeSpan.FromDays(365)), "0 s");

    public static Setting<TimeSpan> ConnectionFailedAuthenticationDelay { get; } =
        new("Broker:ConnectionFailedAuthenticationDelay", "How long the answer to a failed authentication waits (connection.failed.authentication.delay.ms)",
            Rules.Duration(TimeSpan.Zero, TimeSpan.FromSeconds(10)), "100 ms");

    public static Setting<int> SaslServerMaxReceiveSize { get; } =
        new("Broker:SaslServerMaxReceiveSize", "The largest request before authentication (sasl.server.max.receive.size)", Rules.Integer(1024, 1 << 30), "524288");

    public static Setting<bool> Authorizer { get; } =
        new("Broker:Authorizer", "acl: access is granted by rules; none: everybody may do everything (authorizer.class.name)",
            Rules.OneOf(("none", false), ("acl", true)), "none");

    public static Setting<string> SuperUsers { get; } =
        new("Broker:SuperUsers", "Who may do everything, with semicolons between, as in User:admin;User:ops (super.users)", Rules.Text, null);

    public static Setting<bool> AllowEveryoneIfNoAclFound { get; } =
        new("Broker:AllowEveryoneIfNoAclFound", "Whether what no rule names is open to everybody (allow.everyone.if.no.acl.found)", Rules.Switch, "false");

    public static Setting<int> MaxConnections { get; } =
        new("Broker:MaxConnections", "The most connections; further ones wait (max.connections)", Rules.Integer(1), "2147483647");

    public static Setting<int> MaxConnectionsPerIp { get; } =
        new("Broker:MaxConnectionsPerIp", "The most connections of one address; further ones are closed (max.connections.per.ip)", Rules.Integer(1), "2147483647");

    public static Setting<TimeSpan> ConnectionsMaxIdle { get; } =
        new("Broker:ConnectionsMaxIdle", "How long a connection may be silent (connections.max.idle.ms)",
            Rules.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)), "10 min");

    public static Setting<long> QueuedMaxRequestBytes { get; } =
        new("Broker:QueuedMaxRequestBytes", "How many bytes all requests under way may take together (queued.max.request.bytes)", Rules.Bytes(1 << 20), "268435456");

    public static Setting<TimeSpan> TransferTimeout { get; } =
        new("Broker:TransferTimeout", "How long a request may take to arrive, or a response to be taken; each 64 KiB give 1 s more",
            Rules.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)), "30 s");

    public static Setting<TimeSpan> AuthenticationTimeout { get; } =
        new("Broker:AuthenticationTimeout", "How long a client may take for the TLS handshake and to authenticate",
            Rules.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)), "30 s");

    /// <summary>All of them, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        Listeners, AdvertisedListeners, ListenerSecurityProtocolMap,
        SslKeystoreType, SslKeystoreLocation, SslKeystorePassword, SslKeystoreKey, SslKeystoreCertificateChain, SslKeyPassword,
        SslTruststoreType, SslTruststoreLocation, SslTruststorePassword, SslTruststoreCertificates,
        SslClientAuth, SslEnabledProtocols, SslCipherSuites, SslPrincipalMappingRules,
        SaslEnabledMechanisms, ConnectionsMaxReauth, ConnectionFailedAuthenticationDelay, SaslServerMaxReceiveSize,
        Authorizer, SuperUsers, AllowEveryoneIfNoAclFound,
        MaxConnections, MaxConnectionsPerIp, ConnectionsMaxIdle, QueuedMaxRequestBytes, TransferTimeout, AuthenticationTimeout,
    ];

    /// <summary>Adds listeners, security and limits to a broker's options.</summary>
    /// <exception cref="CliException">Settings contradict each other, or one that is needed is missing.</exception>
    public static BrokerOptions Apply(BrokerOptions options, EffectiveSettings settings, string workingDirectory)
    {
        var listeners = ListenersOf(settings);
        return options with
        {
            Listeners = listeners,
            Tls = listeners.Any(listener => listener.Protocol.UsesTls()) ? Tls(settings, workingDirectory) : null,
            Sasl = new SaslOptions
            {
                Mechanisms = settings.Get(SaslEnabledMechanisms),
                MaxReauthentication = settings.Get(ConnectionsMaxReauth),
                FailedAuthenticationDelay = settings.Get(ConnectionFailedAuthenticationDelay),
                MaxReceiveBytes = settings.Get(SaslServerMaxReceiveSize),
            },
            Authorization = settings.Get(Authorizer) ? Authorization(settings) : null,
            MaxConnections = settings.Get(MaxConnections),
            MaxConnectionsPerIp = settings.Get(MaxConnectionsPerIp),
            ConnectionIdleTimeout = settings.Get(ConnectionsMaxIdle),
            QueuedMaxRequestBytes = settings.Get(QueuedMaxRequestBytes),
            TransferTimeout = settings.Get(TransferTimeout),
            AuthenticationTimeout = settings.Get(AuthenticationTimeout),
        };
    }

    private static IReadOnlyList<BrokerListener> ListenersOf(EffectiveSettings settings)
    {
        if (!settings.Find(Listeners, out var addresses))
            return [];
        var protocols = settings.Get(ListenerSecurityProtocolMap);
        var advertised = settings.Find(AdvertisedListeners, out var given) ? given : [];
        var strange = advertised.Select(a => a.Name).Except(addresses.Select(a => a.Name), StringComparer.OrdinalIgnoreCase).ToList();
        if (strange.Count > 0)
            throw CliException.Usage($"{AdvertisedListeners.Key} names {string.Join(", ", strange)}, which {Listeners.Key} does not");
        return [.. addresses.Select(address => Listener(address, protocols, advertised))];
    }

    private static BrokerListener Listener(
        ListenerAddress address, IReadOnlyDictionary<string, ListenerProtocol> protocols, IReadOnlyList<ListenerAddress> advertised)
    {
        if (!protocols.TryGetValue(address.Name, out var protocol))
            throw CliException.Usage($"{ListenerSecurityProtocolMap.Key} does not say what {address.Name} speaks");
        var told = advertised.Where(a => a.Name.Equals(address.Name, StringComparison.OrdinalIgnoreCase)).ToList();
        return new BrokerListener
        {
            Name = address.Name,
            Protocol = protocol,
            Address = address.Endpoint.Address(),
            Port = address.Endpoint.Port,
            AdvertisedHost = told is [var one] ? one.Endpoint.Host : null,
            AdvertisedPort = told is [var same] ? same.Endpoint.Port : null,
        };
    }

    private static TlsOptions Tls(EffectiveSettings settings, string workingDirectory) => new()
    {
        KeyStore = KeyStore(settings, workingDirectory),
        TrustStore = TrustStore(settings, workingDirectory),
        ClientAuth = settings.Get(SslClientAuth),
        Protocols = settings.Get(SslEnabledProtocols),
        CipherSuites = settings.Find(SslCipherSuites, out var suites) ? suites : [],
        PrincipalMappingRules = settings.Get(SslPrincipalMappingRules),
    };

    private static TlsStore KeyStore(EffectiveSettings settings, string workingDirectory)
    {
        var type = settings.Get(SslKeystoreType);
        if (settings.Find(SslKeystoreKey, out var key))
        {
            var chain = settings.Require(SslKeystoreCertificateChain);
            return new TlsStore { Type = TlsStoreType.Pem, Pem = key + "\n" + chain, Password = Optional(settings, SslKeyPassword) };
        }

        return new TlsStore
        {
            Type = type,
            Location = Path.GetFullPath(settings.Require(SslKeystoreLocation), workingDirectory),
            Password = Optional(settings, type == TlsStoreType.Pem ? SslKeyPassword : SslKeystorePassword),
        };
    }

    private static TlsStore? TrustStore(EffectiveSettings settings, string workingDirectory)
    {
        if (settings.Find(SslTruststoreCertificates, out var certificates))
            return new TlsStore { Type = TlsStoreType.Pem, Pem = certificates };
        return settings.Find(SslTruststoreLocation, out var location)
            ? new TlsStore
            {
                Type = settings.Get(SslTruststoreType),
                Location = Path.GetFullPath(location, workingDirectory),
                Password = Optional(settings, SslTruststorePassword),
            }
            : null;
    }

    private static AuthorizationOptions Authorization(EffectiveSettings settings) => new()
    {
        SuperUsers = settings.Find(SuperUsers, out var users)
            ? users.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [],
        AllowEveryoneIfNoAclFound = settings.Get(AllowEveryoneIfNoAclFound),
    };

    private static string? Optional(EffectiveSettings settings, Setting<string> setting) =>
        settings.Find(setting, out var value) ? value : null;
}
