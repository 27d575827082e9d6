using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MedStreams.Broker.Security;

/// <summary>Keys and certificates as they were read, and a mark by which a change is seen.</summary>
/// <param name="Certificate">The broker's own, with its private key.</param>
/// <param name="Chain">What leads from it to a root that clients know.</param>
/// <param name="Trusted">What clients' certificates have to lead to; null: what the system trusts.</param>
/// <param name="Mark">A hash of everything that was read.</param>
internal sealed record TlsMaterial(
    X509Certificate2 Certificate, X509Certificate2Collection Chain, X509Certificate2Collection? Trusted, byte[] Mark)
{
    /// <summary>A hash of what would be read now.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file must not be read.</exception>
    public static byte[] MarkOf(TlsOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BytesOf(options.KeyStore));
        if (options.TrustStore is { } trust)
            hash.AppendData(BytesOf(trust));
        return hash.GetHashAndReset();
    }

    /// <summary>Reads keys and certificates.</summary>
    /// <exception cref="BrokerException">They do not hold together; the message names the store and says why.</exception>
    public static TlsMaterial Read(TlsOptions options)
    {
        try
        {
            var mark = MarkOf(options);
            var (certificate, chain) = Guarded(options.KeyStore, "key store", ReadKeyStore);
            var trusted = options.TrustStore is { } store ? Guarded(store, "trust store", ReadTrustStore) : null;
            return new(certificate, chain, trusted, mark);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BrokerException($"Keys or certificates cannot be read: {exception.Message}", exception);
        }
    }

    private static byte[] BytesOf(TlsStore store) =>
        store.Location is { } location ? File.ReadAllBytes(location) : Encoding.UTF8.GetBytes(store.Pem ?? "");

    private static T Guarded<T>(TlsStore store, string what, Func<TlsStore, byte[], T> read)
    {
        var bytes = BytesOf(store);
        try
        {
            return read(store, bytes);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new BrokerException(
                $"The {what} {store} cannot be used: {exception.Message} (a wrong password, or not of its type?)", exception);
        }
    }

    private static (X509Certificate2 Certificate, X509Certificate2Collection Chain) ReadKeyStore(TlsStore store, byte[] bytes)
    {
        var (certificate, all) = IsPem(store) ? ReadPemKey(store, Encoding.UTF8.GetString(bytes)) : ReadPkcs12Key(store, bytes);
        var chain = new X509Certificate2Collection();
        foreach (var other in all.Where(other => other.Thumbprint != certificate.Thumbprint))
            chain.Add(other);
        return (certificate, chain);
    }

    private static (X509Certificate2 Certificate, X509Certificate2Collection All) ReadPkcs12Key(TlsStore store, byte[] bytes)
    {
        var all = X509CertificateLoader.LoadPkcs12Collection(bytes, store.Password);
        var certificate = all.FirstOrDefault(candidate => candidate.HasPrivateKey)
            ?? throw new BrokerException($"The key store {store} holds no private key.");
        return (certificate, all);
    }

    private static (X509Certificate2 Certificate, X509Certificate2Collection All) ReadPemKey(TlsStore store, string text)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(text);
        if (all.Count == 0)
            throw new BrokerException($"The key store {store} holds no certificate.");
        if (!text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            throw new BrokerException($"The key store {store} holds no private key.");

        // The broker's own certificate stands first, as RFC 8446 wants the chain to be.
        var first = all[0].ExportCertificatePem();
        return (store.Password is null
            ? X509Certificate2.CreateFromPem(first, text)
            : X509Certificate2.CreateFromEncryptedPem(first, text, store.Password), all);
    }

    private static X509Certificate2Collection ReadTrustStore(TlsStore store, byte[] bytes)
    {
        var trusted = new X509Certificate2Collection();
        if (IsPem(store))
            trusted.ImportFromPem(Encoding.UTF8.GetString(bytes));
        else
            trusted = X509CertificateLoader.LoadPkcs12Collection(bytes, store.Password);
        return trusted.Count > 0 ? trusted : throw new BrokerException($"The trust store {store} holds no certificate.");
    }

    private static bool IsPem(TlsStore store) => store.Pem is not null || store.Type == TlsStoreType.Pem;
}
