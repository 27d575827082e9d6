using System.Net;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Server;

/// <summary>What is known of a client's connection.</summary>
/// <param name="Id">A number that no other connection of this process has.</param>
/// <param name="Listener">The listener that the client connected to.</param>
/// <param name="Local">The broker's end: the address that the client used to connect.</param>
/// <param name="Remote">The client's end.</param>
/// <param name="Access">What the client may do: what an unknown one may, until it has authenticated.</param>
internal sealed record ConnectionContext(long Id, BrokerListener Listener, IPEndPoint Local, IPEndPoint Remote, Access Access)
{
    /// <summary>Who the client is.</summary>
    public Principal Principal => Access.Principal;

    /// <summary>The client's address as Kafka shows it, e.g. <c>/127.0.0.1</c>.</summary>
    public string ClientHost => "/" + Remote.Address;

    /// <summary>The address and port that the client is told to connect to.</summary>
    public (string Host, int Port) Advertised =>
        (Listener.AdvertisedHost ?? Local.Address.ToString(), Listener.AdvertisedPort ?? Local.Port);
}
