using System.Net.Http.Headers;

namespace MedStreams.Dicom.Web;

/// <summary>Searches (QIDO-RS, PS3.18 section 10.6). Safe for concurrent use.</summary>
/// <param name="http">Best one of <see cref="DicomWebHttp"/>; not disposed here.</param>
/// <param name="options">Where and how.</param>
public sealed class QidoClient(HttpClient http, DicomWebOptions options)
{
    private readonly DicomWebChannel _channel = new(http, options);

    /// <summary>One request: what the service answers to it, be it more or less than was asked for.</summary>
    /// <param name="query">What is searched for.</param>
    /// <param name="offset">How many are passed over.</param>
    /// <param name="limit">How many are wanted.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DicomWebException">The service did not answer, or not in order.</exception>
    public async Task<QidoAnswer> AskAsync(QidoQuery query, long offset, int limit, CancellationToken cancellationToken = default)
    {
        var address = DicomWebChannel.Address(options.QidoRoot ?? options.Root, query.Address(offset, limit));
        using var answer = await _channel.SendAsync($"QIDO-RS {query.Level}", _ => Get(address), accepts: null, cancellationToken);
        var items = new List<DicomDataSet>();
        await foreach (var item in answer.ReadDataSetsAsync(cancellationToken))
            items.Add(item);
        return new QidoAnswer(items, answer.Warning);
    }

    private static HttpRequestMessage Get(Uri address)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/dicom+json"));
        return request;
    }
}

/// <summary>An answer to a search.</summary>
/// <param name="Items">What was found.</param>
/// <param name="Warning">The service's Warning 299, which says that there is more than it gives; null where it did not warn.</param>
public sealed record QidoAnswer(IReadOnlyList<DicomDataSet> Items, string? Warning);
