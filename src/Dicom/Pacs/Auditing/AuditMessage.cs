using System.Globalization;
using System.Text;
using System.Xml;

namespace MedStreams.Dicom.Pacs.Auditing;

/// <summary>Audit messages as XML (PS3.15 section A.5.1), one line without a declaration. Pure.</summary>
public static class AuditMessage
{
    private const string Dcm = "DCM";
    private const string ApplicationServer = "4"; // table of Audit Source Type Codes
    private const string SystemObject = "2";
    private const string Person = "1";
    private const string ReportRole = "3";
    private const string PatientRole = "1";

    /// <summary>The message of an event.</summary>
    /// <param name="audit">What happened. Characters that XML has not become U+FFFD.</param>
    public static string ToXml(StudyAudit audit)
    {
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.Entitize }))
        {
            xml.WriteStartElement("AuditMessage");
            WriteEvent(xml, audit);
            var isImport = audit.Kind == AuditEventKind.Import;
            WriteParticipant(xml, audit.Source, isRequestor: false, isImport ? ("110155", "Source Media") : ("110153", "Source Role ID"));
            WriteParticipant(xml, audit.Destination, isRequestor: false, ("110152", "Destination Role ID"));
            WriteParticipant(xml, audit.Requestor, isRequestor: true, isImport ? ("110152", "Destination Role ID") : null);
            WriteSource(xml, audit);
            WriteStudy(xml, audit);
            WritePatient(xml, audit);
            xml.WriteEndElement();
        }

        return text.ToString();
    }

    private static void WriteEvent(XmlWriter xml, StudyAudit audit)
    {
        var isImport = audit.Kind == AuditEventKind.Import;
        xml.WriteStartElement("EventIdentification");
        xml.WriteAttributeString("EventActionCode", isImport ? "C" : audit.Action switch { AuditAction.Read => "R", AuditAction.Update => "U", _ => "C" });
        xml.WriteAttributeString("EventDateTime", audit.At.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        xml.WriteAttributeString("EventOutcomeIndicator", ((int)audit.Outcome).ToString(CultureInfo.InvariantCulture));
        if (isImport)
            WriteCode(xml, "EventID", "110107", Dcm, "Import");
        else
            WriteCode(xml, "EventID", "110104", Dcm, "DICOM Instances Transferred");
        if (audit.OutcomeDescription is { } why)
            xml.WriteElementString("EventOutcomeDescription", Clean(why));
        xml.WriteEndElement();
    }

    private static void WriteParticipant(XmlWriter xml, AuditParticipant participant, bool isRequestor, (string Code, string Meaning)? role)
    {
        xml.WriteStartElement("ActiveParticipant");
        xml.WriteAttributeString("UserID", Clean(participant.UserId));
        if (participant.AeTitles.Count > 0)
            xml.WriteAttributeString("AlternativeUserID", Clean("AETITLES=" + string.Join(';', participant.AeTitles)));
        xml.WriteAttributeString("UserIsRequestor", isRequestor ? "true" : "false");
        if (participant.NetworkAccessPoint is { } at)
        {
            xml.WriteAttributeString("NetworkAccessPointID", Clean(at));
            xml.WriteAttributeString("NetworkAccessPointTypeCode", TypeOf(at));
        }

        if (role is var (code, meaning))
            WriteCode(xml, "RoleIDCode", code, Dcm, meaning);
        xml.WriteEndElement();
    }

    private static void WriteSource(XmlWriter xml, StudyAudit audit)
    {
        xml.WriteStartElement("AuditSourceIdentification");
        if (audit.EnterpriseSiteId is { } site)
            xml.WriteAttributeString("AuditEnterpriseSiteID", Clean(site));
        xml.WriteAttributeString("AuditSourceID", Clean(audit.AuditSourceId));
        xml.WriteStartElement("AuditSourceTypeCode");
        xml.WriteAttributeString("csd-code", ApplicationServer);
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void WriteStudy(XmlWriter xml, StudyAudit audit)
    {
        xml.WriteStartElement("ParticipantObjectIdentification");
        xml.WriteAttributeString("ParticipantObjectID", Clean(audit.StudyInstanceUid));
        xml.WriteAttributeString("ParticipantObjectTypeCode", SystemObject);
        xml.WriteAttributeString("ParticipantObjectTypeCodeRole", ReportRole);
        WriteCode(xml, "ParticipantObjectIDTypeCode", "110180", Dcm, "Study Instance UID");
        xml.WriteElementString("ParticipantObjectName", Clean(audit.StudyInstanceUid)); // the schema wants one
        xml.WriteStartElement("ParticipantObjectDescription");
        if (audit.AccessionNumber is { Length: > 0 } accession)
        {
            xml.WriteStartElement("Accession");
            xml.WriteAttributeString("Number", Clean(accession));
            xml.WriteEndElement();
        }

        foreach (var (sopClass, count) in audit.Instances.OrderBy(i => i.Key, StringComparer.Ordinal))
        {
            xml.WriteStartElement("SOPClass");
            xml.WriteAttributeString("UID", Clean(sopClass));
            xml.WriteAttributeString("NumberOfInstances", count.ToString(CultureInfo.InvariantCulture));
            xml.WriteEndElement();
        }

        if (audit.Encrypted is { } encrypted)
            xml.WriteElementString("Encrypted", encrypted ? "true" : "false");
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void WritePatient(XmlWriter xml, StudyAudit audit)
    {
        xml.WriteStartElement("ParticipantObjectIdentification");
        xml.WriteAttributeString("ParticipantObjectID", Clean(audit.PatientId));
        xml.WriteAttributeString("ParticipantObjectTypeCode", Person);
        xml.WriteAttributeString("ParticipantObjectTypeCodeRole", PatientRole);
        WriteCode(xml, "ParticipantObjectIDTypeCode", "2", "RFC-3881", "Patient Number");
        xml.WriteElementString("ParticipantObjectName", Clean(audit.PatientName ?? audit.PatientId));
        xml.WriteEndElement();
    }

    private static void WriteCode(XmlWriter xml, string element, string code, string system, string meaning)
    {
        xml.WriteStartElement(element);
        xml.WriteAttributeString("csd-code", code);
        xml.WriteAttributeString("codeSystemName", system);
        xml.WriteAttributeString("originalText", meaning);
        xml.WriteEndElement();
    }

    /// <summary>The kind of an access point: an address, a URI, or the name of a machine.</summary>
    private static string TypeOf(string at) =>
        System.Net.IPAddress.TryParse(at, out _) ? "2" : at.Contains("://", StringComparison.Ordinal) ? "5" : "1";

    /// <summary>Text that XML can hold on one line.</summary>
    private static string Clean(string text) => text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0
        ? text
        : string.Concat(text.EnumerateRunes().Select(rune => rune.Value switch
        {
            '\t' or '\r' or '\n' => " ",
            <= 0xFFFF when !XmlConvert.IsXmlChar((char)rune.Value) => "\uFFFD",
            _ => rune.ToString(),
        }));
}
