using System.Net;

namespace MedStreams.Dicom.Web;

/// <summary>Sends requests and tells failures apart. Safe for concurrent use.</summary>
internal sealed class DicomWebChannel(HttpClient http, DicomWebOptions options)
{
    public DicomWebOptions Options => options;

    /// <summary>Sends a request; the answer's body is not yet read.</summary>
    /// <param name="what">What it is called in messages: no identifier.</param>
    /// <param name="make">Makes the request, anew each time; is given what is to be called as bytes go out.</param>
    /// <param name="accepts">Whether a status beside the good ones is the caller's to judge.</param>
    /// <param name="cancellationToken">Ends request and answer.</param>
    /// <exception cref="DicomWebException">There is no answer, or one that is no success.</exception>
    public async Task<DicomWebAnswer> SendAsync(string what, Func<Action, HttpRequestMessage> make, Func<HttpStatusCode, bool>? accepts, CancellationToken cancellationToken)
    {
        var watch = new Watch(options.Time, cancellationToken);
        try
        {
            var response = await SendAsync(what, make, watch, wasRefused: false);
            if (response.StatusCode == HttpStatusCode.Unauthorized && options.Credentials.IsRenewable)
            {
                response.Dispose();
                response = await SendAsync(what, make, watch, wasRefused: true);
            }

            if (!response.IsSuccessStatusCode && accepts?.Invoke(response.StatusCode) != true)
            {
                using (response)
                    throw Refusal(what, response);
            }

            return new DicomWebAnswer(response, watch, options, what);
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    /// <summary>An address below a root, whatever slash the root ends with.</summary>
    public static Uri Address(Uri root, string path) => new(root.AbsoluteUri.TrimEnd('/') + "/" + path);

    private async Task<HttpResponseMessage> SendAsync(string what, Func<Action, HttpRequestMessage> make, Watch watch, bool wasRefused)
    {
        using var request = make(() => watch.Allow(options.AnswerTimeout));
        await options.Credentials.ApplyAsync(request.Headers, wasRefused, watch.Lifetime);
        watch.Allow(options.AnswerTimeout);
        try
        {
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, watch.Token);
            watch.Allow(Timeout.InfiniteTimeSpan);
            return response;
        }
        catch (OperationCanceledException e) when (!watch.Lifetime.IsCancellationRequested)
        {
            throw new DicomWebException(DicomWebError.TimedOut, $"{what}: no answer within {(watch.IsOver ? options.AnswerTimeout : http.Timeout)}.", e);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw new DicomWebException(DicomWebError.Untrusted, $"{what}: no secure connection: one side does not accept the other's certificate or version of TLS.", e);
        }
        catch (HttpRequestException e)
        {
            throw new DicomWebException(DicomWebError.Unreachable, $"{what}: no connection, or it broke ({e.HttpRequestError}).", e);
        }
    }

    private DicomWebException Refusal(string what, HttpResponseMessage response)
    {
        var status = response.StatusCode;
        var error = (int)status switch
        {
            401 or 403 or 407 => DicomWebError.Unauthorized,
            404 or 410 => DicomWebError.NotFound,
            406 or 415 => DicomWebError.NotAcceptable,
            408 or 425 or 429 or 503 => DicomWebError.Busy,
            >= 500 => DicomWebError.ServerFault,
            _ => DicomWebError.Refused,
        };
        return new DicomWebException(error, $"{what}: the service answered {(int)status}.") { Status = status, RetryAfter = RetryAfter(response) };
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? (header?.Date is { } date ? date - options.Time.GetUtcNow() : null);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
