using System.Security.Cryptography.X509Certificates;

namespace MedStreams.Serialization.Registry;

/// <summary>How a <see cref="SchemaRegistryClient"/> reaches its registry. Immutable; checked when a client is made.</summary>
public sealed record SchemaRegistryOptions
{
    /// <summary>
    /// The registry's addresses, such as <c>http://registry:8081</c>; with several, each is tried when the one before does not answer.
    /// No default.
    /// </summary>
    public required IReadOnlyList<Uri> Urls { get; init; }

    /// <summary>The name for basic authentication. Default null: the one in the address, or none.</summary>
    public string? UserName { get; init; }

    /// <summary>The password for basic authentication. Default null.</summary>
    public string? Password { get; init; }

    /// <summary>Gives a bearer token for each request, from wherever it keeps them. Default null: none.</summary>
    public Func<CancellationToken, ValueTask<string>>? BearerToken { get; init; }

    /// <summary>Authorities that a registry's certificate may come from, instead of the machine's. Default empty: the machine's.</summary>
    public IReadOnlyList<X509Certificate2> Authorities { get; init; } = [];

    /// <summary>The certificate with its key that this side shows. Default null: none.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Headers for each request, such as those of a gateway. Default none.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>How long one answer may take, 10 ms to 1 h. Default 30 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many more rounds over all addresses follow when none answered, 0 to 1,000. Default 4.</summary>
    public int Retries { get; init; } = 4;

    /// <summary>The wait before the first of them, 0 to 1 min; it doubles from round to round, up to 10 s. Default 100 ms.</summary>
    public TimeSpan RetryBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How many schemas are remembered at most, 1 to 10 million. Default 100,000.</summary>
    public int CacheCapacity { get; init; } = 100_000;

    /// <summary>Checks every value against its range.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names the property.</exception>
    public void Validate()
    {
        Check(Urls.Count > 0 && Urls.All(url => url.IsAbsoluteUri && url.Scheme is "http" or "https"), nameof(Urls), "one or more of http:// or https://");
        Check(UserName is null == Password is null, nameof(UserName), "given together with the password");
        Check(UserName is null || BearerToken is null, nameof(BearerToken), "null where a user name is given");
        Check(RequestTimeout >= TimeSpan.FromMilliseconds(10) && RequestTimeout <= TimeSpan.FromHours(1), nameof(RequestTimeout), "10 ms to 1 h");
        Check(Retries is >= 0 and <= 1000, nameof(Retries), "0 to 1000");
        Check(RetryBackoff >= TimeSpan.Zero && RetryBackoff <= TimeSpan.FromMinutes(1), nameof(RetryBackoff), "0 to 1 min");
        Check(CacheCapacity is >= 1 and <= 10_000_000, nameof(CacheCapacity), "1 to 10 million");
        Check(ClientCertificate is null or { HasPrivateKey: true }, nameof(ClientCertificate), "a certificate with its key");
    }

    private static void Check(bool right, string name, string allowed)
    {
        if (!right)
            throw new ArgumentException($"{nameof(SchemaRegistryOptions)}.{name} must be {allowed}.", name);
    }
}
