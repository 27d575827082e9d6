using MedStreams.Broker.Api;
using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Server;

/// <summary>Finds the handler of a request. Immutable.</summary>
internal sealed class ApiDispatcher
{
    private readonly Dictionary<ApiKey, IApiHandler> _handlers;

    /// <summary>A dispatcher for some handlers, one for each API.</summary>
    public ApiDispatcher(IEnumerable<IApiHandler> handlers)
    {
        _handlers = handlers.ToDictionary(handler => handler.Key);
    }

    /// <summary>Handles a request.</summary>
    /// <returns>The whole response, or null when the client expects none.</returns>
    /// <exception cref="MalformedRequestException">The API, its version or the body is not served: the connection is closed.</exception>
    public ValueTask<FrameWriter?> HandleAsync(RequestContext context, CancellationToken cancellationToken)
    {
        var key = context.Frame.Header.RequestApiKey;
        if (context.Frame.IsServed && _handlers.TryGetValue(key, out var handler))
            return handler.HandleAsync(context, cancellationToken);
        return key == ApiKey.ApiVersions
            ? new(ApiVersionsHandler.UnsupportedVersion(context))
            : throw new MalformedRequestException(key, context.Version, "is not served");
    }
}
