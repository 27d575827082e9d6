using System.Net;
using System.Net.Security;

namespace MedStreams.Hl7.Mllp;

/// <summary>How a server for MLLP connections behaves.</summary>
public sealed record MllpServerOptions
{
    /// <summary>Where it listens; port 0 takes a free one. The loopback address by default.</summary>
    public IPEndPoint EndPoint { get; init; } = new(IPAddress.Loopback, 2575);

    /// <summary>TLS, if connections must use it; client certificates are asked for as these options say.</summary>
    public SslServerAuthenticationOptions? Tls { get; init; }

    /// <summary>The longest message in bytes; a longer one ends its connection. 16 MiB by default.</summary>
    public int MaxMessageLength { get; init; } = 16 * 1024 * 1024;

    /// <summary>How many connections there may be; one more is closed at once. 1,000 by default.</summary>
    public int MaxConnections { get; init; } = 1000;

    /// <summary>
    /// How many messages of a connection may be at work: senders that do not wait for answers are read no further.
    /// 64 by default.
    /// </summary>
    public int MaxInFlight { get; init; } = 64;

    /// <summary>How long a TLS handshake, or the rest of a frame that has begun, may take. 30 seconds by default.</summary>
    public TimeSpan ReceiveTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection may say nothing before it is closed; infinite by default, as senders keep theirs for days.</summary>
    public TimeSpan IdleTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>The clock of the time-outs.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

/// <summary>How a client of an MLLP server behaves.</summary>
public sealed record MllpClientOptions
{
    /// <summary>The server's host.</summary>
    public required string Host { get; init; }

    /// <summary>The server's port.</summary>
    public required int Port { get; init; }

    /// <summary>TLS, if the server wants it. An empty target host means <see cref="Host"/>.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>How long connecting, the TLS handshake included, may take. 10 seconds by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long an answer may take; then the connection is closed, so that a late answer cannot be taken for that of the next
    /// message. 30 seconds by default.
    /// </summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest answer in bytes. 1 MiB by default.</summary>
    public int MaxMessageLength { get; init; } = 1024 * 1024;

    /// <summary>The clock of the time-outs.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
