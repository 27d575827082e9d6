using MedStreams.Broker.Api;
using MedStreams.Broker.Metrics;
using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Server;

/// <summary>Finds the handler of a request. Immutable.</summary>
internal sealed class ApiDispatcher
{
    private readonly Dictionary<ApiKey, IApiHandler> _handlers;
    private readonly BrokerMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly int[] _waiting = new int[ApiTable.All.Max(api => (int)api.Key) + 1];

    /// <summary>A dispatcher for some handlers, one for each API.</summary>
    public ApiDispatcher(IEnumerable<IApiHandler> handlers, BrokerMetrics metrics, TimeProvider clock)
    {
        _metrics = metrics;
        _clock = clock;
        _handlers = handlers.ToDictionary(handler => handler.Key);
    }

    /// <summary>How many requests of each API wait for data, members or the disk.</summary>
    public IEnumerable<(string Api, int Count)> Waiting => ApiTable.All
        .Where(api => _handlers.ContainsKey(api.Key))
        .Select(api => (api.Name, Volatile.Read(ref _waiting[(int)api.Key])));

    /// <summary>Handles a request.</summary>
    /// <returns>The whole response, or null when the client expects none.</returns>
    /// <exception cref="MalformedRequestException">The API, its version or the body is not served: the connection is closed.</exception>
    public ValueTask<FrameWriter?> HandleAsync(RequestContext context, CancellationToken cancellationToken)
    {
        var key = context.Frame.Header.RequestApiKey;
        if (context.Frame.IsServed && _handlers.TryGetValue(key, out var handler))
            return MeasureAsync(handler, context, cancellationToken);
        return key == ApiKey.ApiVersions
            ? new(ApiVersionsHandler.UnsupportedVersion(context))
            : throw new MalformedRequestException(key, context.Version, "is not served");
    }

    private ValueTask<FrameWriter?> MeasureAsync(IApiHandler handler, RequestContext context, CancellationToken cancellationToken)
    {
        var began = _clock.GetTimestamp();
        var api = context.Frame.Api!;
        var pending = handler.HandleAsync(context, cancellationToken);
        if (!pending.IsCompletedSuccessfully)
            return AwaitAsync(pending, api, began);
        _metrics.Answered(api.Name, pending.Result?.FirstError ?? ErrorCode.None, _clock.GetElapsedTime(began));
        return pending;
    }

    private async ValueTask<FrameWriter?> AwaitAsync(ValueTask<FrameWriter?> pending, ApiDescription api, long began)
    {
        Interlocked.Increment(ref _waiting[(int)api.Key]);
        try
        {
            var response = await pending;
            _metrics.Answered(api.Name, response?.FirstError ?? ErrorCode.None, _clock.GetElapsedTime(began));
            return response;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting[(int)api.Key]);
        }
    }
}
