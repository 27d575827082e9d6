using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Api;

/// <summary>
/// ApiVersions (key 18), versions 0 to 4: which APIs and versions there are. The response header is always of version 0; a
/// version that is not served is answered with a body of version 0, UNSUPPORTED_VERSION and the range of this API
/// (KIP-511). From version 3 on a client has to name its software.
/// </summary>
/// <remarks>
/// Deviation: no features are named (KIP-584), so clients take group and transaction protocols of before 4.0. An API
/// without a handler is not named.
/// </remarks>
internal sealed class ApiVersionsHandler(Func<IReadOnlyCollection<ApiKey>> served)
    : ApiHandler<ApiVersionsRequest, ApiVersionsResponse>
{
    private const int FirstVersionWithSoftware = 3;

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
        if (context.Version >= FirstVersionWithSoftware && !(IsName(request.ClientSoftwareName) && IsName(request.ClientSoftwareVersion)))
            return new(new ApiVersionsResponse { ErrorCode = ErrorCode.InvalidRequest });
        var keys = served();
        return new(new ApiVersionsResponse
        {
            ApiKeys = [.. ApiTable.All.Where(api => keys.Contains(api.Key)).Select(Describe)],
        });
    }

    /// <summary>Letters, digits, dots and hyphens, with a letter or digit at both ends (KIP-511).</summary>
    private static bool IsName(string name) =>
        name.Length > 0 && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-');

    private static ApiVersionsResponse.ApiVersion Describe(ApiDescription api) => new()
    {
        ApiKey = (short)api.Key,
        MinVersion = api.Advertised.Lowest,
        MaxVersion = api.Advertised.Highest,
    };
}
