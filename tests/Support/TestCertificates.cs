using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MedStreams.Support;

/// <summary>An authority and the certificates that it signs, for tests.</summary>
public sealed class TestCertificates : IDisposable
{
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";
    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset To = new(2120, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private TestCertificates(X509Certificate2 authority) => Authority = authority;

    public X509Certificate2 Authority { get; }

    public string AuthorityPem => Authority.ExportCertificatePem();

    /// <summary>An authority of its own; with an issuer one between that one and the rest.</summary>
    public static TestCertificates Create(string name, TestCertificates? issuer = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        if (issuer is null)
            return new(request.CreateSelfSigned(From, To));
        using var signed = request.Create(issuer.Authority, From, To, RandomNumberGenerator.GetBytes(8));
        return new(signed.CopyWithPrivateKey(key));
    }

    /// <summary>The certificate of a server on this machine.</summary>
    public X509Certificate2 Server(string name = "server") => Sign(new X500DistinguishedName($"CN={name}"), ServerUsage);

    /// <summary>The certificate of a client.</summary>
    public X509Certificate2 Client(string distinguishedName) => Sign(new X500DistinguishedName(distinguishedName), ClientUsage);

    /// <summary>The certificate of a node on this machine that calls and is called.</summary>
    public X509Certificate2 Node(string name = "node") => Sign(new X500DistinguishedName($"CN={name}"), ServerUsage, ClientUsage);

    public void Dispose() => Authority.Dispose();

    /// <summary>Private key and certificate as PEM, with further certificates behind.</summary>
    public static string Pem(X509Certificate2 certificate, params IEnumerable<X509Certificate2> chain) => string.Join(
        '\n',
        [certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), certificate.ExportCertificatePem(), .. chain.Select(c => c.ExportCertificatePem())]);

    /// <summary>The same with the private key encrypted.</summary>
    public static string EncryptedPem(X509Certificate2 certificate, string password) => string.Join(
        '\n',
        certificate.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem(
            password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)),
        certificate.ExportCertificatePem());

    private X509Certificate2 Sign(X500DistinguishedName name, params string[] usages)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. usages.Select(u => new Oid(u))], false));
        using var signed = request.Create(Authority, From, To, RandomNumberGenerator.GetBytes(8));
        using var whole = signed.CopyWithPrivateKey(key);

        // A key that was never in a file cannot be used for TLS everywhere.
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }
}
