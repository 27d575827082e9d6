using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace MedStreams.Dicom.Web;

/// <summary>An answer whose body has not been read yet.</summary>
internal sealed class DicomWebAnswer(HttpResponseMessage response, Watch watch, DicomWebOptions options, string what) : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { MaxDepth = 256 };

    public HttpStatusCode Status => response.StatusCode;

    /// <summary>The media type without parameters, in small letters; empty where it is not said.</summary>
    public string MediaType => (response.Content.Headers.ContentType?.MediaType ?? "").ToLowerInvariant();

    /// <summary>The text of the first Warning with code 299 (PS3.18 section 8.3.4.4); null where there is none.</summary>
    public string? Warning => response.Headers.NonValidated.TryGetValues("Warning", out var values)
        ? values.FirstOrDefault(v => v.TrimStart().StartsWith("299", StringComparison.Ordinal))
        : null;

    /// <summary>A parameter of the media type, without its quotes; null where there is none.</summary>
    public string? MediaTypeParameter(string name) =>
        response.Content.Headers.ContentType?.Parameters.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase))?.Value?.Trim('"');

    /// <summary>The body.</summary>
    public async ValueTask<Stream> OpenAsync(long limit = long.MaxValue) =>
        new AnswerStream(await response.Content.ReadAsStreamAsync(watch.Token), watch, options.IdleTimeout, what, limit);

    /// <summary>The data sets of a JSON array, one after the other.</summary>
    public async IAsyncEnumerable<DicomDataSet> ReadDataSetsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (Status == HttpStatusCode.NoContent)
            yield break;
        await using var body = await OpenAsync(options.JsonBytes);
        await using var items = JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(body, Json, cancellationToken).GetAsyncEnumerator(cancellationToken);
        for (var index = 0; await MoveNextAsync(items); index++)
            yield return Read(items.Current, index);
    }

    /// <summary>The one data set that the body is, or that is alone in an array; null where there is no body, or it is no JSON.</summary>
    public async ValueTask<DicomDataSet?> ReadDataSetAsync()
    {
        await using var body = await OpenAsync(options.JsonBytes);
        try
        {
            using var document = await JsonDocument.ParseAsync(body, new JsonDocumentOptions { MaxDepth = 256 }, watch.Token);
            var root = document.RootElement;
            return DicomJsonReader.Read(root.ValueKind == JsonValueKind.Array && root.GetArrayLength() == 1 ? root[0] : root);
        }
        catch (JsonException)
        {
            return null;
        }
        catch (DicomWebException e) when (e.Error == DicomWebError.Malformed)
        {
            return null;
        }
    }

    public void Dispose()
    {
        response.Dispose();
        watch.Dispose();
    }

    private DicomDataSet Read(JsonElement item, int index)
    {
        try
        {
            return DicomJsonReader.Read(item);
        }
        catch (DicomWebException e) when (e.Error == DicomWebError.Malformed)
        {
            throw new DicomWebException(DicomWebError.Malformed, $"{what}: item {index}: {e.Message}", e);
        }
    }

    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<JsonElement> items)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (JsonException e) // whose message may hold some of the text
        {
            throw new DicomWebException(DicomWebError.Malformed, $"{what}: the answer is no JSON array of data sets, at line {e.LineNumber}, byte {e.BytePositionInLine}.");
        }
    }
}
