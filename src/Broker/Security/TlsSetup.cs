using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Security;

/// <summary>
/// How TLS listeners shake hands, with the keys and certificates of now. Safe for concurrent use; handshakes under way keep
/// what they began with.
/// </summary>
internal sealed class TlsSetup
{
    private static readonly TimeSpan EndsSoon = TimeSpan.FromDays(30);

    private readonly TlsOptions _options;
    private readonly CertificateNameRules _names;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private volatile Current _current;
    private byte[] _refused = [];

    /// <summary>Reads keys and certificates.</summary>
    /// <exception cref="BrokerException">They cannot be used.</exception>
    public TlsSetup(TlsOptions options, TimeProvider clock, ILogger logger)
    {
        _options = options;
        _names = CertificateNameRules.Of(options.PrincipalMappingRules);
        _clock = clock;
        _logger = logger;
        _current = Load();
    }

    /// <summary>How to shake hands with a client of a listener.</summary>
    /// <param name="protocol">The listener's protocol: with SASL no certificate is asked for.</param>
    public SslServerAuthenticationOptions Handshake(ListenerProtocol protocol) =>
        protocol.UsesSasl() ? _current.WithoutCertificates : _current.WithCertificates;

    /// <summary>Who a client is by its certificate; null where no rule makes a name of it.</summary>
    public Principal? PrincipalOf(X509Certificate? certificate)
    {
        if (certificate is null)
            return Principal.Anonymous;
        using var copy = new X509Certificate2(certificate);
        return _names.Map(DistinguishedName.Write(copy.SubjectName.RawData)) is { } name ? Principal.User(name) : null;
    }

    /// <summary>Reads keys and certificates again when they have changed; reports what cannot be used and keeps the old.</summary>
    public void ReloadIfChanged()
    {
        byte[] mark = [];
        try
        {
            mark = TlsMaterial.MarkOf(_options);
            if (mark.AsSpan().SequenceEqual(_current.Mark) || mark.AsSpan().SequenceEqual(_refused))
                return;
            _current = Load();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BrokerException)
        {
            // Said once for each change: it is tried again only when the files change again.
            if (mark.Length > 0)
                _refused = mark;
            SecurityLogs.ReloadFailed(_logger, exception.Message);
        }
    }

    private Current Load()
    {
        var material = TlsMaterial.Read(_options);
        var context = SslStreamCertificateContext.Create(material.Certificate, material.Chain, offline: true);
        Report(material);
        return new(
            OptionsFor(context, material.Trusted, _options.ClientAuth),
            OptionsFor(context, material.Trusted, ClientCertificateMode.None),
            material.Mark);
    }

    private void Report(TlsMaterial material)
    {
        var certificate = material.Certificate;
        var source = _options.KeyStore.ToString();
        var (from, to) = (new DateTimeOffset(certificate.NotBefore), new DateTimeOffset(certificate.NotAfter));
        var now = _clock.GetUtcNow();
        SecurityLogs.CertificateLoaded(_logger, certificate.Subject, to, source);
        if (now < from || now > to - EndsSoon)
            SecurityLogs.CertificateEnds(_logger, certificate.Subject, source, from, to);
    }

    private SslServerAuthenticationOptions OptionsFor(
        SslStreamCertificateContext context, X509Certificate2Collection? trusted, ClientCertificateMode mode) => new()
        {
            ServerCertificateContext = context,
            EnabledSslProtocols = _options.Protocols,
            ClientCertificateRequired = mode != ClientCertificateMode.None,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsAccepted(certificate, chain, errors, trusted, mode),
            CertificateChainPolicy = PolicyFor(trusted),
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            AllowRenegotiation = false,
            CipherSuitesPolicy = _options.CipherSuites.Count > 0 && !OperatingSystem.IsWindows() && !OperatingSystem.IsAndroid()
                ? new CipherSuitesPolicy(_options.CipherSuites)
                : null,
        };

    private static X509ChainPolicy PolicyFor(X509Certificate2Collection? trusted)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            TrustMode = trusted is null ? X509ChainTrustMode.System : X509ChainTrustMode.CustomRootTrust,
        };
        if (trusted is not null)
            policy.CustomTrustStore.AddRange(trusted);
        return policy;
    }

    private static bool IsAccepted(
        X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, X509Certificate2Collection? trusted, ClientCertificateMode mode)
    {
        if (certificate is null || mode == ClientCertificateMode.None)
            return mode != ClientCertificateMode.Required;
        return (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None
            || (errors == SslPolicyErrors.RemoteCertificateChainErrors && EndsAtTrusted(chain, trusted));
    }

    /// <summary>
    /// Whether the chain ends early at a certificate that is itself trusted: as in Java, what is trusted need not be a root.
    /// </summary>
    private static bool EndsAtTrusted(X509Chain? chain, X509Certificate2Collection? trusted) =>
        chain is { ChainElements.Count: > 0 } && trusted is not null
        && chain.ChainStatus.All(status => status.Status is X509ChainStatusFlags.PartialChain)
        && trusted.Any(anchor => anchor.RawDataMemory.Span.SequenceEqual(chain.ChainElements[^1].Certificate.RawDataMemory.Span));

    private sealed record Current(
        SslServerAuthenticationOptions WithCertificates, SslServerAuthenticationOptions WithoutCertificates, byte[] Mark);
}
