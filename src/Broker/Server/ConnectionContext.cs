using System.Net;

namespace MedStreams.Broker.Server;

/// <summary>What is known of a client's connection.</summary>
/// <param name="Id">A number that no other connection of this process has.</param>
/// <param name="Local">The broker's end: the address that the client used to connect.</param>
/// <param name="Remote">The client's end.</param>
internal sealed record ConnectionContext(long Id, IPEndPoint Local, IPEndPoint Remote)
{
    /// <summary>The principal of a client that did not authenticate, as Kafka spells it.</summary>
    public const string Anonymous = "User:ANONYMOUS";

    /// <summary>Who the client is.</summary>
    public string Principal { get; init; } = Anonymous;

    /// <summary>The client's address as Kafka shows it, e.g. <c>/127.0.0.1</c>.</summary>
    public string ClientHost => "/" + Remote.Address;
}
