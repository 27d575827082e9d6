using System.Net;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Security;

/// <summary>The log messages of encryption, authentication and authorization; event ids 1300 to 1399.</summary>
internal static partial class SecurityLogs
{
    [LoggerMessage(1300, LogLevel.Information, "TLS uses the certificate of {Subject}, valid until {NotAfter:u}, from {Source}.")]
    public static partial void CertificateLoaded(ILogger logger, string subject, DateTimeOffset notAfter, string source);

    [LoggerMessage(1301, LogLevel.Warning, "The certificate of {Subject} from {Source} is valid from {NotBefore:u} to {NotAfter:u} only; clients will refuse it outside of that time.")]
    public static partial void CertificateEnds(ILogger logger, string subject, string source, DateTimeOffset notBefore, DateTimeOffset notAfter);

    [LoggerMessage(1302, LogLevel.Error, "The changed keys or certificates cannot be used; the ones before stay in use. {Reason}")]
    public static partial void ReloadFailed(ILogger logger, string reason);

    [LoggerMessage(1303, LogLevel.Warning, "The listener {Listener} can be reached from other machines and asks nobody who they are: whoever reaches it can do what an unknown client may. Listen on 127.0.0.1, or use SASL_SSL, or SSL with required client certificates.")]
    public static partial void OpenListener(ILogger logger, BrokerListener listener);

    [LoggerMessage(1304, LogLevel.Warning, "The listener {Listener} can be reached from other machines without encryption: records, and passwords of the mechanism PLAIN, can be read on the way. Use SASL_SSL.")]
    public static partial void UnencryptedListener(ILogger logger, BrokerListener listener);

    [LoggerMessage(1305, LogLevel.Warning, "A listener asks for authentication, but there are no users. Make one with: medstreams broker users add NAME --data {Directory}")]
    public static partial void NoUsers(ILogger logger, string directory);

    [LoggerMessage(1306, LogLevel.Warning, "Access is granted by rules, but there are neither rules nor super users: nobody can do anything. Name a super user (super.users).")]
    public static partial void NobodyMay(ILogger logger);

    [LoggerMessage(1307, LogLevel.Warning, "Connection {Id} from {Remote} to {Listener} was closed: the TLS handshake failed. {Reason}")]
    public static partial void HandshakeFailed(ILogger logger, long id, IPEndPoint remote, string listener, string reason);

    [LoggerMessage(1308, LogLevel.Warning, "Connection {Id} from {Remote} to {Listener} was closed: authentication by {Mechanism} failed. {Reason}")]
    public static partial void AuthenticationFailed(ILogger logger, long id, IPEndPoint remote, string listener, string mechanism, string reason);

    [LoggerMessage(1309, LogLevel.Debug, "Connection {Id} from {Remote} is {Principal}.")]
    public static partial void Authenticated(ILogger logger, long id, IPEndPoint remote, Principal principal);

    [LoggerMessage(1310, LogLevel.Information, "{Principal} from {Host} was denied {Operation} on {ResourceType} {Name}.")]
    public static partial void Denied(ILogger logger, Principal principal, string host, AclOperation operation, AclResourceType resourceType, string name);

    [LoggerMessage(1311, LogLevel.Information, "{Principal} changed access rules: {Added} added, {Removed} removed.")]
    public static partial void RulesChanged(ILogger logger, Principal principal, int added, int removed);

    [LoggerMessage(1312, LogLevel.Information, "{Principal} changed credentials of users: {Set} set, {Removed} removed.")]
    public static partial void UsersChanged(ILogger logger, Principal principal, int set, int removed);

    [LoggerMessage(1313, LogLevel.Error, "{Path} could not be read again; what was read before stays in use.")]
    public static partial void DocumentUnreadable(ILogger logger, Exception exception, string path);

    [LoggerMessage(1314, LogLevel.Error, "{Path} could not be written; the client was told so.")]
    public static partial void DocumentNotWritten(ILogger logger, Exception exception, string path);
}
