using System.Net;
using System.Net.Http.Headers;

namespace MedStreams.Dicom.Web;

/// <summary>Stores (STOW-RS, PS3.18 section 10.5). Safe for concurrent use.</summary>
/// <param name="http">Best one of <see cref="DicomWebHttp"/>; not disposed here.</param>
/// <param name="options">Where and how.</param>
public sealed class StowClient(HttpClient http, DicomWebOptions options)
{
    /// <summary>From this length on the service is asked whether it wants the body (Expect, RFC 9110 section 10.1.1): a refusal then costs no transfer.</summary>
    private const long AskedFrom = 16 << 20;

    private readonly DicomWebChannel _channel = new(http, options);

    /// <summary>Stores instances in one request, read as they are sent.</summary>
    /// <param name="objects">They; each named once.</param>
    /// <param name="study">The study that all have to be of; null: each of its own.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What became of each: also where the service says, by the status, that all or some failed.</returns>
    /// <exception cref="DicomWebException">The service did not answer, or refused the request as a whole: nothing is known of any instance.</exception>
    public async Task<StowAnswer> StoreAsync(IReadOnlyList<StowObject> objects, string? study = null, CancellationToken cancellationToken = default)
    {
        var address = DicomWebChannel.Address(options.StowRoot ?? options.Root, study is null ? "studies" : $"studies/{DicomWebPath.Segment(study)}");
        using var answer = await _channel.SendAsync("STOW-RS", progress => Post(address, objects, progress), IsAnswer, cancellationToken);
        var said = await answer.ReadDataSetAsync();
        if (said is null && (int)answer.Status >= 400)
        {
            throw new DicomWebException(DicomWebError.Refused, $"STOW-RS: the service answered {(int)answer.Status}, and nothing of the instances.") { Status = answer.Status };
        }

        return Judge(answer.Status, objects, said);
    }

    /// <summary>Statuses with which a service tells of each instance (table 10.5.3-1; Orthanc says 400 where one of several parts is none).</summary>
    private static bool IsAnswer(HttpStatusCode status) => status is HttpStatusCode.Conflict or HttpStatusCode.BadRequest;

    private static HttpRequestMessage Post(Uri address, IReadOnlyList<StowObject> objects, Action progress)
    {
        var content = new MultipartRelatedContent(
            "application/dicom", [.. objects.Select(o => new MultipartSource("application/dicom", o.OpenAsync, o.Length))], progress);
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/dicom+json"));
        if (content.Headers.ContentLength is null or >= AskedFrom)
            request.Headers.ExpectContinue = true;
        return request;
    }

    private static StowAnswer Judge(HttpStatusCode status, IReadOnlyList<StowObject> objects, DicomDataSet? said)
    {
        var results = new Dictionary<string, StowResult>(StringComparer.Ordinal);
        foreach (var item in Items(said, Tags.ReferencedSopSequence))
        {
            if (item.Text(Tags.ReferencedSopInstanceUid) is { } uid)
                results[uid] = new StowResult(uid, StowOutcome.Stored, Reason(item, WebTags.WarningReason));
        }

        foreach (var item in Items(said, Tags.FailedSopSequence)) // who is in both has failed
        {
            if (item.Text(Tags.ReferencedSopInstanceUid) is { } uid)
                results[uid] = new StowResult(uid, StowOutcome.Failed, Reason(item, Tags.FailureReason));
        }

        return new StowAnswer(
            status,
            [.. objects.Select(o => results.GetValueOrDefault(o.SopInstanceUid) ?? new StowResult(o.SopInstanceUid, StowOutcome.Unmentioned, null))],
            [.. Items(said, WebTags.OtherFailuresSequence).Select(item => Reason(item, Tags.FailureReason)).OfType<StowReason>()]);
    }

    private static IEnumerable<DicomDataSet> Items(DicomDataSet? said, DicomTag tag) =>
        said is not null && said.TryGet(tag, out var sequence) && sequence.Items is { } items ? items.Select(item => item.DataSet) : [];

    private static StowReason? Reason(DicomDataSet item, DicomTag tag) => item.Integer(tag) is { } code ? new StowReason((int)code) : null;
}
