using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace MedStreams.Dicom.Web;

/// <summary>Makes HTTP clients as the clients of DICOMweb need them.</summary>
public static class DicomWebHttp
{
    /// <summary>
    /// A client without a time-out of its own, since a study may take an hour and <see cref="DicomWebOptions.IdleTimeout"/> sees what stands still; that follows no
    /// redirection, since credentials would go with it; that keeps no cookies.
    /// </summary>
    /// <param name="connections">How many connections at most.</param>
    /// <param name="clientCertificate">What this side proves itself with (TLS); null: nothing.</param>
    /// <param name="authorities">Who may have signed the service's certificate, instead of those the system trusts; null: those.</param>
    public static HttpClient Create(int connections = 16, X509Certificate2? clientCertificate = null, X509Certificate2Collection? authorities = null)
    {
        var tls = new SslClientAuthenticationOptions();
        if (clientCertificate is not null)
            tls.ClientCertificates = [clientCertificate];
        if (authorities is not null)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            MaxConnectionsPerServer = connections,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            SslOptions = tls,
        };
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
