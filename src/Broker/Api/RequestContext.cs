using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Server;

namespace MedStreams.Broker.Api;

/// <summary>One request and where it came from.</summary>
internal sealed class RequestContext(RequestFrame frame, ConnectionContext connection) : IDisposable
{
    private List<IDisposable>? _resources;

    /// <summary>The header and the body as they came.</summary>
    public RequestFrame Frame => frame;

    /// <summary>The version of the request and of its response.</summary>
    public short Version => frame.Header.RequestApiVersion;

    /// <summary>The name that the client gives itself; empty when it gives none.</summary>
    public string ClientId => frame.Header.ClientId ?? "";

    /// <summary>The connection that the request came on.</summary>
    public ConnectionContext Connection => connection;

    /// <summary>What the client may do.</summary>
    public Access Access => connection.Access;

    /// <summary>Whether the connection ends instead of an answer: the only way to tell a client that wants none.</summary>
    public bool MustClose { get; set; }

    /// <summary>Keeps something, as the memory that the response points to, until the response has been sent.</summary>
    public void DisposeAfterResponse(IDisposable resource) => (_resources ??= []).Add(resource);

    /// <summary>Lets go of what the response needed; the server calls it once the response has been sent.</summary>
    public void Dispose()
    {
        if (_resources is null)
            return;
        foreach (var resource in _resources)
            resource.Dispose();
        _resources = null;
    }
}
