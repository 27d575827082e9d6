using MedStreams.Broker.Metrics;
using MedStreams.Broker.Storage;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Security;

/// <summary>Keys, users and rules of a broker that runs. Safe for concurrent use.</summary>
internal sealed class BrokerSecurity
{
    private readonly BrokerMetrics _metrics;
    private readonly ILogger _logger;

    private BrokerSecurity(BrokerOptions options, TlsSetup? tls, UserStore users, Authorizer? authorizer, BrokerMetrics metrics, ILogger logger)
    {
        _metrics = metrics;
        Options = options;
        Tls = tls;
        Users = users;
        Authorizer = authorizer;
        _logger = logger;
    }

    /// <summary>How the broker is set up.</summary>
    public BrokerOptions Options { get; }

    /// <summary>Keys and certificates; null where no listener uses TLS.</summary>
    public TlsSetup? Tls { get; }

    /// <summary>Who can authenticate by SASL.</summary>
    public UserStore Users { get; }

    /// <summary>Who may do what; null where everybody may do everything.</summary>
    public Authorizer? Authorizer { get; }

    /// <summary>Reads keys, users and rules, and warns of what leaves the broker open or shut to everybody.</summary>
    /// <exception cref="BrokerException">A file is damaged, or keys cannot be used.</exception>
    public static async Task<BrokerSecurity> OpenAsync(
        BrokerOptions options, IFileSystem files, BrokerMetrics metrics, TimeProvider clock, ILogger logger)
    {
        var folder = SecurityFolder.Open(files, options.DataDirectory);
        var tls = options.Tls is { } tlsOptions && options.EffectiveListeners.Any(listener => listener.Protocol.UsesTls())
            ? new TlsSetup(tlsOptions, clock, logger)
            : null;
        var users = new UserStore(folder, logger);
        if (options.EffectiveListeners.Any(listener => listener.Protocol.UsesSasl()))
            await users.PrepareAsync();
        var authorizer = options.Authorization is { } authorization ? new Authorizer(authorization, new AclStore(folder)) : null;
        var security = new BrokerSecurity(options, tls, users, authorizer, metrics, logger);
        security.Warn();
        return security;
    }

    /// <summary>What a client may do.</summary>
    public Access AccessOf(Principal principal, string host) => new(Authorizer, principal, host, _metrics, _logger);

    /// <summary>Takes over what changed in files.</summary>
    public void Refresh()
    {
        Tls?.ReloadIfChanged();
        try
        {
            Authorizer?.Rules.Refresh();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BrokerException)
        {
            SecurityLogs.DocumentUnreadable(_logger, exception, Authorizer!.Rules.Path);
        }
    }

    private void Warn()
    {
        foreach (var listener in Options.EffectiveListeners.Where(listener => !listener.IsLoopback))
        {
            if (!Authenticates(listener))
                SecurityLogs.OpenListener(_logger, listener);
            else if (!listener.Protocol.UsesTls())
                SecurityLogs.UnencryptedListener(_logger, listener);
        }

        if (Options.EffectiveListeners.Any(listener => listener.Protocol.UsesSasl()) && Users.All.Count == 0)
            SecurityLogs.NoUsers(_logger, Options.DataDirectory);
        if (Authorizer is { NobodyMay: true })
            SecurityLogs.NobodyMay(_logger);
    }

    private bool Authenticates(BrokerListener listener) => listener.Protocol.UsesSasl()
        || (listener.Protocol == ListenerProtocol.Ssl && Options.Tls is { ClientAuth: ClientCertificateMode.Required });
}
