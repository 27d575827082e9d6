using System.Xml;

namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>What an audit message of PS3.15 A.5 says, as far as events need it.</summary>
internal sealed class AuditMessage
{
    private const string Person = "1";
    private const string PatientRole = "1";

    public string? EventCode { get; private set; }

    public string? EventKind { get; private set; }

    public string Action { get; private set; } = string.Empty;

    public string? Time { get; private set; }

    /// <summary>EventOutcomeIndicator: 0 success, 4 minor, 8 serious, 12 major failure; <c>unknown</c> for anything else.</summary>
    public string Outcome { get; private set; } = "unknown";

    public string? AuditSource { get; private set; }

    /// <summary>The first participant who asked; the first one where none is marked.</summary>
    public string? User { get; private set; }

    /// <summary>The first object that is a patient.</summary>
    public string? Patient { get; private set; }

    public int Participants { get; private set; }

    public int Objects { get; private set; }

    public Severity Severity => Outcome switch
    {
        "0" => Severity.Information,
        "4" => Severity.Warning,
        "8" => Severity.Error,
        "12" => Severity.Critical,
        _ => Severity.Unspecified,
    };

    /// <summary>The event's name, its kind and its action: <c>User Authentication: Login/E</c>.</summary>
    public string EventType
    {
        get
        {
            var name = AuditCodes.Name(EventCode!);
            var kind = EventKind is null ? string.Empty : ": " + AuditCodes.Name(EventKind);
            return Action.Length == 0 ? name + kind : $"{name}{kind}/{Action}";
        }
    }

    /// <summary>Reads a message.</summary>
    /// <exception cref="XmlException">It is not well formed, has a document type, or is no audit message.</exception>
    public static AuditMessage Read(XmlReader reader)
    {
        reader.MoveToContent();
        if (reader.LocalName != "AuditMessage")
            throw new XmlException("no audit message");
        var message = new AuditMessage();
        var requestorFound = false;
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            switch (reader.LocalName)
            {
                case "EventIdentification":
                    message.ReadEvent(reader);
                    break;
                case "EventID":
                    message.EventCode ??= Code(reader);
                    break;
                case "EventTypeCode":
                    message.EventKind ??= Code(reader);
                    break;
                case "ActiveParticipant":
                    message.Participants++;
                    var asks = reader.GetAttribute("UserIsRequestor") is "true" or "1";
                    if (message.User is null || (asks && !requestorFound))
                        message.User = reader.GetAttribute("UserID");
                    requestorFound |= asks;
                    break;
                case "AuditSourceIdentification":
                    message.AuditSource ??= reader.GetAttribute("AuditSourceID");
                    break;
                case "ParticipantObjectIdentification":
                    message.ReadObject(reader);
                    break;
                default:
                    break;
            }
        }

        return message;
    }

    private void ReadEvent(XmlReader reader)
    {
        Action = reader.GetAttribute("EventActionCode") is "C" or "R" or "U" or "D" or "E"
            ? reader.GetAttribute("EventActionCode")!
            : string.Empty;
        Time = reader.GetAttribute("EventDateTime");
        Outcome = reader.GetAttribute("EventOutcomeIndicator") is ("0" or "4" or "8" or "12") and var stated ? stated! : "unknown";
    }

    private void ReadObject(XmlReader reader)
    {
        Objects++;
        if (Patient is null && reader.GetAttribute("ParticipantObjectTypeCode") == Person
            && reader.GetAttribute("ParticipantObjectTypeCodeRole") == PatientRole)
        {
            Patient = reader.GetAttribute("ParticipantObjectID");
        }
    }

    /// <summary>The code: <c>csd-code</c> since 2014, <c>code</c> before.</summary>
    private static string? Code(XmlReader reader) => reader.GetAttribute("csd-code") ?? reader.GetAttribute("code");
}
