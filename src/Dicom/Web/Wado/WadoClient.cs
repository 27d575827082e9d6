using System.Runtime.CompilerServices;

namespace MedStreams.Dicom.Web;

/// <summary>Retrieves (WADO-RS, PS3.18 section 10.4). Safe for concurrent use.</summary>
/// <param name="http">Best one of <see cref="DicomWebHttp"/>; not disposed here.</param>
/// <param name="options">Where and how.</param>
public sealed class WadoClient(HttpClient http, DicomWebOptions options)
{
    private const string AsStored = "multipart/related; type=\"application/dicom\"; transfer-syntax=*";

    private readonly DicomWebChannel _channel = new(http, options);

    /// <summary>Begins to retrieve instances as they are stored: no other transfer syntax is taken.</summary>
    /// <exception cref="DicomWebException">The service did not answer, has no such thing, or not in this form.</exception>
    public async Task<WadoAnswer> RetrieveAsync(DicomWebPath path, CancellationToken cancellationToken = default)
    {
        var what = $"WADO-RS {path.Kind}";
        var answer = await SendAsync(what, path.Address, AsStored, cancellationToken);
        try
        {
            return await WadoAnswer.OpenAsync(answer, options.Multipart, what);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    /// <summary>The data sets without bulk data, as the service knows them.</summary>
    /// <exception cref="DicomWebException">The service did not answer, has no such thing, or what it answers is none.</exception>
    public async IAsyncEnumerable<DicomDataSet> ReadMetadataAsync(DicomWebPath path, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var answer = await SendAsync($"WADO-RS metadata of a {path.Kind}", path.Address + "/metadata", "application/dicom+json", cancellationToken);
        await foreach (var dataSet in answer.ReadDataSetsAsync(cancellationToken))
            yield return dataSet;
    }

    private Task<DicomWebAnswer> SendAsync(string what, string path, string accept, CancellationToken cancellationToken)
    {
        var address = DicomWebChannel.Address(options.WadoRoot ?? options.Root, path);
        return _channel.SendAsync(what, _ => Get(address, accept), accepts: null, cancellationToken);
    }

    private static HttpRequestMessage Get(Uri address, string accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("Accept", accept); // a parameter that is a bare * is the standard's, and no token of HTTP's for .NET
        return request;
    }
}
