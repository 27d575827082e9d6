using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace MedStreams.Monitoring.Page;

/// <summary>
/// <c>POST /api/query/{store}</c>: asks a store, at whatever instance has the key. What stores hold may concern patients, so the user has to be one who may see
/// that.
/// </summary>
internal sealed class StoreQueries(QueryRouter router) : IPageResource
{
    public string Pattern => "query/{store}";

    public bool IsPosted => true;

    public async ValueTask<PageReply> GetAsync(PageRequest request, CancellationToken cancellationToken)
    {
        if (!request.Viewer.SeesPatientData)
            return PageReply.Error(StatusCodes.Status403Forbidden, "patient-data", "What stores hold may concern patients, which you may not see.");
        if (request.Body.ValueKind != JsonValueKind.Object)
            throw new PageRequestException("A query is a JSON object.");
        var reply = await router.AnswerAsync(request.Text("store"), request.Body, forwards: true, cancellationToken);
        return PageReply.RawJson(reply.Status, reply.Body);
    }
}
