using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Api;

/// <summary>A handler in terms of its messages; derived classes hold one API each.</summary>
/// <typeparam name="TRequest">The request.</typeparam>
/// <typeparam name="TResponse">The response.</typeparam>
internal abstract class ApiHandler<TRequest, TResponse> : IApiHandler
    where TRequest : class, IRequest<TResponse>, new()
    where TResponse : class, IResponse
{
    /// <inheritdoc/>
    public ApiKey Key => TRequest.Api;

    /// <inheritdoc/>
    public ValueTask<FrameWriter?> HandleAsync(RequestContext context, CancellationToken cancellationToken)
    {
        if (!context.Frame.TryReadBody<TRequest>(out var request, out var at))
            throw new MalformedRequestException(Key, context.Version, $"breaks off or goes wrong at byte {at} of its {context.Frame.Body.Length}");
        var pending = HandleAsync(request, context, cancellationToken);
        return pending.IsCompletedSuccessfully
            ? new ValueTask<FrameWriter?>(Write(pending.Result, context))
            : WriteLaterAsync(pending, context);
    }

    /// <summary>Handles one request.</summary>
    /// <param name="request">The request. Records in it point into the frame that came.</param>
    /// <param name="context">What is known of the request and its connection.</param>
    /// <param name="cancellationToken">Cancelled when the connection ends or the broker stops.</param>
    /// <returns>The response, or null when the client expects none.</returns>
    protected abstract ValueTask<TResponse?> HandleAsync(
        TRequest request, RequestContext context, CancellationToken cancellationToken);

    private static async ValueTask<FrameWriter?> WriteLaterAsync(ValueTask<TResponse?> pending, RequestContext context) =>
        Write(await pending, context);

    private static FrameWriter? Write(TResponse? response, RequestContext context) => response is null
        ? null
        : MessageCodec.WriteResponse(context.Frame.Header.CorrelationId, context.Version, response);
}
