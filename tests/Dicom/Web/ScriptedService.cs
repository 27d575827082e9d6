using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace MedStreams.Dicom.Tests.Web;

/// <summary>A service that answers as a test says, without a network.</summary>
internal sealed class ScriptedService(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
{
    public List<HttpRequestMessage> Requests { get; } = [];

    public static HttpResponseMessage Json(string json, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, "application/dicom+json") };

    public static HttpResponseMessage Body(Stream body, string mediaType)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(body) };
        response.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        return response;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (Requests)
            Requests.Add(request);
        if (request.Content is { } content)
            await content.CopyToAsync(Stream.Null, cancellationToken);
        return answer(request);
    }
}
