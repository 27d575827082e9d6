using System.Net.Http.Headers;
using System.Text;

namespace MedStreams.Dicom.Web;

/// <summary>Puts into each request who asks. Safe for concurrent use.</summary>
public abstract class DicomWebCredentials
{
    /// <summary>Nobody says who asks.</summary>
    public static DicomWebCredentials None { get; } = new Fixed(static _ => { });

    /// <summary>User and password, as UTF-8 (RFC 7617).</summary>
    public static DicomWebCredentials Basic(string user, string password)
    {
        var value = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        return new Fixed(headers => headers.Authorization = value);
    }

    /// <summary>A token (RFC 6750), asked for before each request, and once more, as renewed, where it was refused with 401.</summary>
    /// <param name="provider">Gives the token; told whether the one that it gave before was refused.</param>
    public static DicomWebCredentials Bearer(Func<bool, CancellationToken, ValueTask<string>> provider) => new Token(provider);

    /// <summary>Headers of the service's own, such as an API key.</summary>
    public static DicomWebCredentials Headers(IReadOnlyDictionary<string, string> values) => new Fixed(headers =>
    {
        foreach (var (name, value) in values)
            headers.Add(name, value);
    });

    /// <summary>Whether a refusal with 401 may be answered by the same request with new credentials.</summary>
    internal virtual bool IsRenewable => false;

    internal abstract ValueTask ApplyAsync(HttpRequestHeaders headers, bool wasRefused, CancellationToken cancellationToken);

    private sealed class Fixed(Action<HttpRequestHeaders> apply) : DicomWebCredentials
    {
        internal override ValueTask ApplyAsync(HttpRequestHeaders headers, bool wasRefused, CancellationToken cancellationToken)
        {
            apply(headers);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Token(Func<bool, CancellationToken, ValueTask<string>> provider) : DicomWebCredentials
    {
        internal override bool IsRenewable => true;

        internal override async ValueTask ApplyAsync(HttpRequestHeaders headers, bool wasRefused, CancellationToken cancellationToken) =>
            headers.Authorization = new AuthenticationHeaderValue("Bearer", await provider(wasRefused, cancellationToken));
    }
}
