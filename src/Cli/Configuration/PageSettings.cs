using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MedStreams.Cli.Commands;
using MedStreams.Monitoring.Page;

namespace MedStreams.Cli.Configuration;

/// <summary>Where the page is served, and to whom.</summary>
internal static class PageSettings
{
    public static Setting<Endpoint> Listen { get; } =
        new("Page:Listen", "Where run and monitor serve the page; not set: nowhere", Rules.Endpoint, null) { Option = "--page HOST:PORT" };

    public static Setting<string> CertificateFile { get; } =
        new("Page:CertificateFile", "The page's certificate: PEM with those up to the root, or PFX (.pfx, .p12); needed beyond the loopback, unless proxies speak TLS", Rules.Text, null);

    public static Setting<string> KeyFile { get; } =
        new("Page:KeyFile", "A PEM file with the private key of that certificate; not set: it is in the same file", Rules.Text, null);

    public static Setting<string> CertificatePassword { get; } =
        new("Page:CertificatePassword", "The password of a PFX file", Rules.Text, null) { Secret = true };

    public static Setting<IReadOnlyList<IPAddress>> TlsProxies { get; } =
        new("Page:TlsProxies", "Proxies that speak TLS for the page; only they are answered then", Rules.ListOf<IPAddress>("an IP address", IPAddress.TryParse!), null);

    public static Setting<TimeSpan> SessionLength { get; } =
        new("Page:SessionLength", "A session ends so long after the log-in", Rules.Duration(TimeSpan.FromMinutes(1)), "12 h");

    public static Setting<TimeSpan> SessionIdle { get; } =
        new("Page:SessionIdle", "The session of an operator, and of whoever sees patient data, ends when it was not used for so long", Rules.Duration(TimeSpan.FromMinutes(1)), "30 min");

    public static Setting<string> AuditTopic { get; } =
        new("Page:AuditTopic", "The topic that actions are written to; made where it is not there", Rules.TopicName, "medstreams.audit");

    public static Setting<TimeSpan> OffsetRefresh { get; } =
        new("Page:OffsetRefresh", "Between two looks of the runner at the ends of partitions, for the page's lag", Rules.Duration(TimeSpan.FromMilliseconds(100)), "2 s");

    public static Setting<IReadOnlyList<string>> DeadLetterTopics { get; } =
        new("Page:DeadLetterTopics", "Topics of refused records that the monitor's page shows; a runner's shows its own", Rules.ListOf<string>("a topic's name", Rules.TopicName.TryRead), null);

    public static Setting<bool> Migrations { get; } =
        new("Page:Migrations", "Whether the monitor's page shows the migrations of the database of Postgres:ConnectionString", Rules.Switch, "false");

    /// <summary>Who may log in.</summary>
    public static SettingGroup Users { get; } =
        new("Page:Users", "Who may log in: NAME:Hash (of page hash-password), NAME:Role (viewer or operator), NAME:PatientData (true or false); none: see the page's guide")
        {
            IsSecret = key => key.EndsWith(":Hash", StringComparison.OrdinalIgnoreCase),
        };

    /// <summary>All of them, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } =
        [Listen, CertificateFile, KeyFile, CertificatePassword, TlsProxies, SessionLength, SessionIdle, AuditTopic, OffsetRefresh, DeadLetterTopics, Migrations];

    /// <summary>How the page is served; null where it is not.</summary>
    /// <exception cref="CliException">A user or the certificate is wrong.</exception>
    public static PageServerOptions? ToOptions(CommandContext context, string title)
    {
        var settings = context.Settings;
        if (!settings.Find(Listen, out var listen))
            return null;
        var (certificate, chain) = Certificate(context);
        return new PageServerOptions
        {
            Listen = new IPEndPoint(listen.Address(), listen.Port),
            Title = title,
            Users = ToUsers(settings),
            OnOneTimePassword = (name, password) => context.Say($"page: log in as {name} with {password} (good for one log-in; set Page:Users for more)"),
            Certificate = certificate,
            CertificateChain = chain,
            TlsProxies = settings.Find(TlsProxies, out var proxies) ? proxies : [],
            SessionLength = settings.Get(SessionLength),
            SessionIdle = settings.Get(SessionIdle),
        };
    }

    /// <summary>The users.</summary>
    /// <exception cref="CliException">One has no hash, or a setting that is not allowed.</exception>
    internal static IReadOnlyList<PageUser> ToUsers(EffectiveSettings settings) =>
    [
        .. settings.Entries(Users).GroupBy(e => e.Key[..Math.Max(0, e.Key.LastIndexOf(':'))], StringComparer.OrdinalIgnoreCase)
            .OrderBy(u => u.Key, StringComparer.Ordinal).Select(u => ToUser(u.Key, u)),
    ];

    private static PageUser ToUser(string name, IEnumerable<KeyValuePair<string, string>> entries)
    {
        PasswordHash? hash = null;
        var (role, seesPatientData) = (PageRole.Viewer, false);
        foreach (var (key, value) in entries)
        {
            var isAllowed = key[(name.Length + (name.Length > 0 ? 1 : 0))..].ToUpperInvariant() switch
            {
                _ when name.Length == 0 => throw CliException.Usage($"{Full(key)} is no setting; a user has Hash, Role and PatientData"),
                "HASH" => PasswordHash.TryParse(value, out hash) ? "" : "what 'medstreams page hash-password' prints",
                "ROLE" => Enum.TryParse(value, ignoreCase: true, out role) && Enum.IsDefined(role) ? "" : "viewer or operator",
                "PATIENTDATA" => bool.TryParse(value, out seesPatientData) ? "" : "true or false",
                _ => throw CliException.Usage($"{Full(key)} is no setting; a user has Hash, Role and PatientData"),
            };
            if (isAllowed.Length > 0)
                throw CliException.Usage($"{Full(key)} is not allowed; allowed is {isAllowed}");
        }

        return hash is null
            ? throw CliException.Usage($"{Full(name + ":Hash")} is not set: the password's hash, from 'medstreams page hash-password'")
            : new PageUser(name, hash, role, seesPatientData);
    }

    private static (X509Certificate2? Certificate, X509Certificate2Collection Chain) Certificate(CommandContext context)
    {
        var settings = context.Settings;
        if (!settings.Find(CertificateFile, out var file))
            return (null, []);
        file = context.FullPath(file);
        if (Path.GetExtension(file).ToUpperInvariant() is not (".PFX" or ".P12"))
            return PemFiles.Own(CertificateFile, file, KeyFile, settings.Find(KeyFile, out var key) ? context.FullPath(key) : file);
        try
        {
            var all = X509CertificateLoader.LoadPkcs12CollectionFromFile(file, settings.Find(CertificatePassword, out var password) ? password : null);
            var own = all.FirstOrDefault(c => c.HasPrivateKey) ?? throw CliException.Usage($"{CertificateFile.Key}: {file} holds no certificate with its key");
            all.Remove(own);
            return (own, all);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"{CertificateFile.Key}: {file} cannot be read with {CertificatePassword.Key}: {e.Message}");
        }
    }

    private static string Full(string key) => $"{SettingsCatalog.Section}:{Users.Key}:{key}";
}
