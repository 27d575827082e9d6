using System.Net;
using Microsoft.Extensions.Logging;

namespace MedStreams.Monitoring.Page;

/// <summary>What the page reports. Event ids 6100 to 6119. Names that no user has are not told: people type passwords there.</summary>
internal static partial class PageLog
{
    [LoggerMessage(6100, LogLevel.Information, "{User} logged in at the page from {Address}.")]
    public static partial void LoggedIn(ILogger logger, string user, IPAddress address);

    [LoggerMessage(6101, LogLevel.Warning, "A log-in at the page from {Address} was refused.")]
    public static partial void LoginRefused(ILogger logger, IPAddress address);

    [LoggerMessage(6102, LogLevel.Warning, "Log-ins at the page from {Address} have to wait for {Wait}: too many failed.")]
    public static partial void LoginSlowed(ILogger logger, IPAddress address, TimeSpan wait);

    [LoggerMessage(6103, LogLevel.Information, "{User} did {What} by the page: {Which} ({Outcome}).")]
    public static partial void Acted(ILogger logger, string user, string what, string which, AuditOutcome outcome);

    [LoggerMessage(6104, LogLevel.Error, "{User} could not do {What} by the page, since the audit could not be written.")]
    public static partial void NotAudited(ILogger logger, string user, string what, Exception error);

    [LoggerMessage(6105, LogLevel.Warning, "The part {Part} of the page cannot be read ({Error}).")]
    public static partial void PartFailed(ILogger logger, string part, string error);

    [LoggerMessage(6106, LogLevel.Information, "The part {Part} of the page can be read again.")]
    public static partial void PartRead(ILogger logger, string part);

    [LoggerMessage(6107, LogLevel.Error, "The page could not answer {Path}: {Error}.")]
    public static partial void RequestFailed(ILogger logger, string path, string error);

    [LoggerMessage(6108, LogLevel.Information, "The page is at {Address}.")]
    public static partial void Listens(ILogger logger, Uri address);
}
