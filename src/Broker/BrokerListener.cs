using System.Net;

namespace MedStreams.Broker;

/// <summary>One address that the broker listens on (<c>listeners</c>, <c>advertised.listeners</c>). Immutable.</summary>
public sealed record BrokerListener
{
    /// <summary>The name, for logs and metrics; no other listener of the broker has it. No default.</summary>
    public required string Name { get; init; }

    /// <summary>How clients talk to it (<c>listener.security.protocol.map</c>). Default <c>PLAINTEXT</c>.</summary>
    public ListenerProtocol Protocol { get; init; } = ListenerProtocol.Plaintext;

    /// <summary>The address to listen on. Default 127.0.0.1: only programs on this machine can connect.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port to listen on, 0 to 65,535; 0 takes a free one. Default 9092.</summary>
    public int Port { get; init; } = 9092;

    /// <summary>
    /// The host name that clients are told to connect to. Default null: the address that each client used to connect.
    /// </summary>
    public string? AdvertisedHost { get; init; }

    /// <summary>The port that clients are told to connect to, 1 to 65,535. Default null: the one that the client used.</summary>
    public int? AdvertisedPort { get; init; }

    /// <summary>Whether only programs on this machine can connect.</summary>
    internal bool IsLoopback => IPAddress.IsLoopback(Address);

    /// <summary>Name, protocol, address and port, for people.</summary>
    public override string ToString() => $"{Name} ({Protocol.KafkaName()}) on {new IPEndPoint(Address, Port)}";

    internal void Validate()
    {
        Check(Name.Length > 0 && Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'), nameof(Name), "letters, digits, '_', '-' or '.'");
        Check(Port is >= 0 and <= ushort.MaxValue, nameof(Port), "0 to 65535");
        Check(AdvertisedHost is not "", nameof(AdvertisedHost), "a host name or null");
        Check(AdvertisedPort is null or (> 0 and <= ushort.MaxValue), nameof(AdvertisedPort), "1 to 65535 or null");
    }

    private void Check(bool right, string property, string allowed)
    {
        if (!right)
            throw new BrokerException($"{nameof(BrokerOptions)}.{property} of the listener '{Name}' must be {allowed}.");
    }
}
