namespace MedStreams.Broker;

/// <content>Listeners, who may do what, and the limits of connections.</content>
public sealed partial record BrokerOptions
{
    /// <summary>
    /// The addresses to listen on (<c>listeners</c>). Default empty: one listener without encryption and authentication at
    /// <see cref="ListenAddress"/> and <see cref="Port"/>.
    /// </summary>
    public IReadOnlyList<BrokerListener> Listeners { get; init; } = [];

    /// <summary>Keys and certificates for the listeners that use TLS. Default null: none uses it.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>How clients of listeners with SASL authenticate.</summary>
    public SaslOptions Sasl { get; init; } = new();

    /// <summary>Who may do what. Default null: everybody may do everything, and the protocol knows no rules.</summary>
    public AuthorizationOptions? Authorization { get; init; }

    /// <summary>
    /// The most connections, 1 or more (<c>max.connections</c>); the next ones wait until one ends. Default no bound.
    /// </summary>
    public int MaxConnections { get; init; } = int.MaxValue;

    /// <summary>
    /// The most connections from one address, 1 or more (<c>max.connections.per.ip</c>); the next one is closed at once.
    /// Default no bound.
    /// </summary>
    public int MaxConnectionsPerIp { get; init; } = int.MaxValue;

    /// <summary>
    /// The largest request in bytes, 1 KiB to 1 GiB (<c>socket.request.max.bytes</c>); a longer one ends its connection.
    /// Default 100 MiB.
    /// </summary>
    public int MaxRequestBytes { get; init; } = 100 << 20;

    /// <summary>
    /// How many bytes the requests that are being received or answered may take together, 1 MiB or more, or -1 for no bound
    /// (<c>queued.max.request.bytes</c>). While they take more, no further request is read. Default 256 MiB.
    /// </summary>
    public long QueuedMaxRequestBytes { get; init; } = 256L << 20;

    /// <summary>
    /// How long a connection may be silent before it is closed, 1 s to 365 days (<c>connections.max.idle.ms</c>).
    /// Default 10 min.
    /// </summary>
    public TimeSpan ConnectionIdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long a request may take to arrive once it has begun, and a response to be taken, 100 ms to 1 h; each 64 KiB give a
    /// second more. Default 30 s.
    /// </summary>
    public TimeSpan TransferTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a client may take for the TLS handshake and to authenticate, together, 100 ms to 1 h. Default 30 s.</summary>
    public TimeSpan AuthenticationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The listeners, also where <see cref="Listeners"/> is empty.</summary>
    internal IReadOnlyList<BrokerListener> EffectiveListeners => Listeners.Count > 0 ? Listeners :
    [
        new()
        {
            Name = ListenerProtocol.Plaintext.KafkaName(),
            Address = ListenAddress,
            Port = Port,
            AdvertisedHost = AdvertisedHost,
            AdvertisedPort = AdvertisedPort,
        },
    ];
}
