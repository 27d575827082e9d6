namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>
/// Syslog of RFC 3164 and RFC 5424. A message that is an audit message of PS3.15 A.5 is read as such. The product is the
/// program's name, the event type the MSGID where it is a word, else the message's template; the subject what the template
/// marks (for OpenSSH the remote address, else the user).
/// </summary>
internal sealed class SyslogFormat : LogFormat
{
    private static readonly string[] Facilities =
    [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp", "security",
        "console", "solaris-cron", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    private static readonly Severity[] Severities =
    [
        Severity.Emergency, Severity.Alert, Severity.Critical, Severity.Error, Severity.Warning, Severity.Notice,
        Severity.Information, Severity.Debug,
    ];

    public override string Name => "syslog";

    public override bool Recognises(ReadOnlySpan<byte> record)
    {
        if (record[0] == '<')
            return record.Length > 2 && Ascii.IsDigit(record[1]);
        return record.Length > 15 && record[3] == ' ' && record[6] == ' ' && record[9] == ':' && record[12] == ':'
            && LogTime.Month(record[..3]) > 0;
    }

    public override LogParse Parse(ReadOnlySpan<byte> record, ParseScope scope)
    {
        var fault = SyslogHeader.Read(record, scope.Zone, scope.Timestamp, out var header, out var column);
        if (fault != LogFault.None)
            return LogParse.Failed(fault, column);
        if (AtnaFormat.IsAuditMessage(header.Message))
            return AtnaFormat.Parse(header.Message, column - 1, header, scope);
        var host = scope.HostOr(header.Host);
        var app = scope.Clean(header.App);
        var type = scope.Templates.EventType(header.Message, out var subject);
        var messageId = scope.Clean(header.MessageId);
        return new LogEvent
        {
            Time = header.Time,
            Format = Name,
            Source = scope.Source?.Name ?? host,
            Host = host,
            Product = scope.Product(header.App, "syslog"),
            Component = app.Length > 0 ? app : "main",
            Severity = SeverityOf(header.Priority, header.Message),
            EventType = Words.IsEventName(header.MessageId) ? messageId : type,
            Subject = SubjectOf(subject, scope),
            Attributes = header.Priority == SyslogHeader.NoPriority
                ? LogAttributes.Empty
                : new(new LogAttribute("facility", Facilities[header.Priority >> 3])),
        };
    }

    /// <summary>The stated severity; without one, what the message begins with.</summary>
    internal static Severity SeverityOf(int priority, ReadOnlySpan<byte> message)
    {
        if (priority != SyslogHeader.NoPriority)
            return Severities[priority & 7];
        if (message.StartsWith("error: "u8))
            return Severity.Error;
        if (message.StartsWith("fatal: "u8))
            return Severity.Critical;
        return message.StartsWith("warning: "u8) ? Severity.Warning : Severity.Unspecified;
    }

    private static string? SubjectOf(ReadOnlySpan<byte> subject, ParseScope scope) =>
        scope.Pseudonyms.Of(Words.IsAddress(subject) ? "address"u8 : "user"u8, subject);
}
