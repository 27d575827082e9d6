using System.Text;
using System.Text.Json;

namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>
/// JSON lines: one object a record. The usual names of members are understood (see the switch), also nested one deep as in
/// <c>{"host":{"name":..}}</c>. The event type is the declared event where it is a name, else the message template, else the
/// template of the message. The subject is what <c>subject</c>, <c>patientId</c> or <c>user</c> name. A time is ISO 8601 text or a
/// number of seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by its size; without one the record's own
/// time counts.
/// </summary>
internal sealed class JsonLinesFormat : LogFormat
{
    private const int DeepestNesting = 32;

    public override string Name => "json";

    public override bool Recognises(ReadOnlySpan<byte> record) => record[0] == '{';

    public override LogParse Parse(ReadOnlySpan<byte> record, ParseScope scope)
    {
        var fields = new Fields { Time = scope.Timestamp };
        var reader = new Utf8JsonReader(record, new JsonReaderOptions { MaxDepth = DeepestNesting });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return LogParse.Failed(LogFault.Json);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (!ReadMember(ref reader, ref fields, scope))
                    return LogParse.Failed(LogFault.Time, (int)reader.TokenStartIndex + 1);
            }

            while (reader.Read())
            {
                // Nothing may follow the object; the reader throws where something does.
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The reader's InvalidOperationException: a text that is no UTF-8, or half a surrogate pair in escapes.
            return LogParse.Failed(LogFault.Json, (int)reader.BytesConsumed + 1);
        }

        var host = scope.HostOr(fields.Host);
        return new LogEvent
        {
            Time = fields.Time,
            Format = Name,
            Source = scope.Source?.Name ?? host,
            Host = host,
            Product = scope.Product(fields.Product, "app"),
            Component = scope.Clean(fields.Component) is { Length: > 0 } component ? component : "main",
            Severity = fields.Severity,
            EventType = EventType(fields, scope),
            Subject = scope.Pseudonyms.Of(fields.SubjectIsUser ? "user"u8 : "patient"u8, fields.Subject),
        };
    }

    private static string EventType(Fields fields, ParseScope scope)
    {
        if (Words.IsEventName(fields.Event))
            return scope.Names.Get(fields.Event);
        return scope.Templates.EventType(fields.Template ?? fields.Message ?? fields.Event, out _);
    }

    private static bool ReadMember(ref Utf8JsonReader reader, ref Fields fields, ParseScope scope)
    {
        var member = MemberOf(ref reader);
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject && member is Member.Host or Member.Product or Member.Component or Member.Severity)
            return ReadNested(ref reader, ref fields, member);
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            reader.Skip();
            return true;
        }

        if (member == Member.Time)
            return reader.TokenType == JsonTokenType.Null || TryTime(ref reader, scope.Zone, out fields.Time);
        Set(ref reader, ref fields, member);
        return true;
    }

    /// <summary><c>"host":{"name":"a"}</c> and <c>"log":{"level":"info"}</c>.</summary>
    private static bool ReadNested(ref Utf8JsonReader reader, ref Fields fields, Member member)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var named = reader.ValueTextEquals("name"u8) || reader.ValueTextEquals("level"u8);
            reader.Read();
            if (named && reader.TokenType == JsonTokenType.String)
                Set(ref reader, ref fields, member);
            else
                reader.Skip();
        }

        return true;
    }

    private static void Set(ref Utf8JsonReader reader, ref Fields fields, Member member)
    {
        switch (member)
        {
            case Member.Host: fields.Host = Text(ref reader); break;
            case Member.Product: fields.Product = Text(ref reader); break;
            case Member.Component: fields.Component = Text(ref reader); break;
            case Member.Severity: fields.Severity = SeverityOf(ref reader); break;
            case Member.Event: fields.Event = Text(ref reader); break;
            case Member.Template: fields.Template = Text(ref reader); break;
            case Member.Message: fields.Message = Text(ref reader); break;
            case Member.Patient: (fields.Subject, fields.SubjectIsUser) = (Text(ref reader), false); break;
            case Member.User when fields.Subject is null:
                (fields.Subject, fields.SubjectIsUser) = (Text(ref reader), true);
                break;
            default: break;
        }
    }

    private static Member MemberOf(ref Utf8JsonReader reader)
    {
        if (reader.HasValueSequence || reader.ValueSpan.Length > 20)
            return Member.None;
        Span<char> name = stackalloc char[20];
        var length = Encoding.UTF8.GetChars(reader.ValueSpan, name);
        Span<char> lower = stackalloc char[20];
        _ = ((ReadOnlySpan<char>)name[..length]).ToLowerInvariant(lower);
        return lower[..length] switch
        {
            "time" or "timestamp" or "@timestamp" or "@t" or "ts" or "datetime" or "eventtime" => Member.Time,
            "host" or "hostname" or "host.name" => Member.Host,
            "product" or "service" or "service.name" or "app" or "application" => Member.Product,
            "component" or "logger" or "module" or "sourcecontext" or "category" => Member.Component,
            "severity" or "level" or "@l" or "log.level" or "loglevel" or "log" => Member.Severity,
            "event" or "eventtype" or "event_type" or "eventname" or "type" => Member.Event,
            "messagetemplate" or "@mt" or "template" => Member.Template,
            "message" or "msg" or "@m" => Member.Message,
            "subject" or "patient" or "patientid" or "patient_id" => Member.Patient,
            "user" or "userid" or "user_id" or "username" => Member.User,
            _ => Member.None,
        };
    }

    private static byte[]? Text(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String when !reader.ValueIsEscaped => reader.ValueSpan.ToArray(),
        JsonTokenType.String => Encoding.UTF8.GetBytes(reader.GetString()!),
        JsonTokenType.Number => reader.ValueSpan.ToArray(),
        _ => null,
    };

    /// <summary>Words of the usual loggers, and Bunyan's and pino's numbers (10 trace to 60 fatal).</summary>
    private static Severity SeverityOf(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            return reader.TryGetInt32(out var number)
                ? number switch
                {
                    < 10 => Severity.Unspecified,
                    < 20 => Severity.Trace,
                    < 30 => Severity.Debug,
                    < 40 => Severity.Information,
                    < 50 => Severity.Warning,
                    < 60 => Severity.Error,
                    _ => Severity.Critical,
                }
                : Severity.Unspecified;
        }

        return reader.TokenType != JsonTokenType.String
            ? Severity.Unspecified
            : reader.GetString()!.ToUpperInvariant() switch
            {
                "TRACE" or "VERBOSE" => Severity.Trace,
                "DEBUG" => Severity.Debug,
                "INFO" or "INFORMATION" or "INFORMATIONAL" => Severity.Information,
                "NOTICE" => Severity.Notice,
                "WARN" or "WARNING" => Severity.Warning,
                "ERR" or "ERROR" => Severity.Error,
                "CRIT" or "CRITICAL" or "FATAL" => Severity.Critical,
                "ALERT" => Severity.Alert,
                "EMERG" or "EMERGENCY" or "PANIC" => Severity.Emergency,
                _ => Severity.Unspecified,
            };
    }

    private static bool TryTime(ref Utf8JsonReader reader, TimeZoneInfo zone, out long time)
    {
        time = 0;
        if (reader.TokenType == JsonTokenType.Number)
        {
            if (!reader.TryGetDouble(out var number) || number is < 0 or > 9e18)
                return false;
            time = (long)(number switch
            {
                < 1e11 => number * 1e3,
                < 1e14 => number,
                < 1e17 => number / 1e3,
                _ => number / 1e6,
            });
            return true;
        }

        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > 40)
            return false;
        var text = reader.ValueSpan;
        return LogTime.TryIso(ref text, zone, out time) && text.IsEmpty;
    }

    private enum Member
    {
        None,
        Time,
        Host,
        Product,
        Component,
        Severity,
        Event,
        Template,
        Message,
        Patient,
        User,
    }

    private struct Fields
    {
        public long Time;
        public byte[]? Host;
        public byte[]? Product;
        public byte[]? Component;
        public Severity Severity;
        public byte[]? Event;
        public byte[]? Template;
        public byte[]? Message;
        public byte[]? Subject;
        public bool SubjectIsUser;
    }
}
