using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Api;

/// <summary>
/// ApiVersions (key 18), versions 0 to 4: which APIs and versions there are. The response header is always of version 0; a
/// version that is not served is answered with a body of version 0, UNSUPPORTED_VERSION and the range of this API
/// (KIP-511).
/// </summary>
/// <remarks>
/// Deviation: no features are named (KIP-584), so clients take group and transaction protocols of before 4.0. An API
/// without a handler is not named.
/// </remarks>
internal sealed class ApiVersionsHandler(Func<IReadOnlyCollection<ApiKey>> served)
    : ApiHandler<ApiVersionsRequest, ApiVersionsResponse>
{
    /// <summary>The answer to a version that is not served.</summary>
    public static FrameWriter UnsupportedVersion(RequestContext context)
    {
        var response = new ApiVersionsResponse
        {
            ErrorCode = ErrorCode.UnsupportedVersion,
            ApiKeys = [Describe(ApiTable.Get(ApiKey.ApiVersions))],
        };
        return MessageCodec.WriteResponse(context.Frame.Header.CorrelationId, version: 0, response);
    }

    /// <inheritdoc/>
    protected override ValueTask<ApiVersionsResponse?> HandleAsync(
        ApiVersionsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var keys = served();
        return new(new ApiVersionsResponse
        {
            ApiKeys = [.. ApiTable.All.Where(api => keys.Contains(api.Key)).Select(Describe)],
        });
    }

    private static ApiVersionsResponse.ApiVersion Describe(ApiDescription api) => new()
    {
        ApiKey = (short)api.Key,
        MinVersion = api.Advertised.Lowest,
        MaxVersion = api.Advertised.Highest,
    };
}
