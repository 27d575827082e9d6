using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using MedStreams.Dicom.Pacs.Auditing;

namespace MedStreams.Dicom.Tests.Pacs.Auditing;

/// <summary>Messages are held to the rules of PS3.15 section A.5.1, written down here as a schema, and to the tables of section A.5.3.</summary>
public sealed class AuditMessageTests
{
    private static readonly StudyAudit Transfer = new()
    {
        Kind = AuditEventKind.InstancesTransferred,
        At = new DateTimeOffset(2026, 11, 21, 20, 0, 0, 5, TimeSpan.FromHours(8)),
        Source = new AuditParticipant("old-pacs") { AeTitles = ["OLD", "OLD2"], NetworkAccessPoint = "10.0.0.7" },
        Destination = new AuditParticipant("archive") { NetworkAccessPoint = "pacs.hospital.example" },
        Requestor = new AuditParticipant("medstreams"),
        AuditSourceId = "medstreams@host",
        EnterpriseSiteId = "Hospital",
        StudyInstanceUid = "1.2.3",
        AccessionNumber = "A<1>&\"2\"",
        Instances = new Dictionary<string, int>(StringComparer.Ordinal) { ["1.2.840.10008.5.1.4.1.1.2"] = 3, ["1.2.840.10008.5.1.4.1.1.104.1"] = 1 },
        Encrypted = true,
        PatientId = "4711",
        PatientName = "Wang^XiaoDong=王^小东",
    };

    public static TheoryData<string> Kinds => ["transfer", "import", "failure", "bare", "hostile"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_message_keeps_the_rules_of_the_schema(string kind)
    {
        var xml = AuditMessage.ToXml(Of(kind));
        Assert.DoesNotContain('\n', xml);
        var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema };
        using var schema = XmlReader.Create(typeof(AuditMessageTests).Assembly.GetManifestResourceStream("audit-message.xsd")!);
        settings.Schemas.Add(null, schema);
        var errors = new List<string>();
        settings.ValidationFlags |= XmlSchemaValidationFlags.ReportValidationWarnings;
        settings.ValidationEventHandler += (_, e) => errors.Add(e.Message);
        using var reader = XmlReader.Create(new StringReader(xml), settings);
        while (reader.Read())
        {
            // The handler is told of what is wrong.
        }

        Assert.Empty(errors);
    }

    [Fact]
    public void A_transfer_names_source_destination_study_and_patient_as_table_A_5_3_7_wants()
    {
        var xml = XElement.Parse(AuditMessage.ToXml(Transfer));
        Assert.Equal(["110104", "DCM", "DICOM Instances Transferred"], Code(xml.Element("EventIdentification")!.Element("EventID")!));
        Assert.Equal(
            "C 2026-11-21T12:00:00.005Z 0", string.Join(' ', xml.Element("EventIdentification")!.Attributes().Select(a => a.Value)));
        Assert.Equal(["110153", "110152", null], xml.Elements("ActiveParticipant").Select(p => p.Element("RoleIDCode")?.Attribute("csd-code")!.Value));
        Assert.Equal("AETITLES=OLD;OLD2", xml.Element("ActiveParticipant")!.Attribute("AlternativeUserID")!.Value);
        Assert.Equal(["2", "1"], xml.Elements("ActiveParticipant").Attributes("NetworkAccessPointTypeCode").Select(a => a.Value));
        Assert.Equal("true", Assert.Single(xml.Elements("ActiveParticipant").Attributes("UserIsRequestor").Select(a => a.Value), v => v == "true"));
        var objects = xml.Elements("ParticipantObjectIdentification").ToList();
        Assert.Equal(["1.2.3", "2", "3"], objects[0].Attributes().Select(a => a.Value));
        Assert.Equal(["110180", "DCM", "Study Instance UID"], Code(objects[0].Element("ParticipantObjectIDTypeCode")!));
        Assert.Equal("A<1>&\"2\"", objects[0].Descendants("Accession").Single().Attribute("Number")!.Value);
        Assert.Equal(["1", "3"], objects[0].Descendants("SOPClass").Attributes("NumberOfInstances").Select(a => a.Value));
        Assert.Equal(["4711", "1", "1"], objects[1].Attributes().Select(a => a.Value));
        Assert.Equal(["2", "RFC-3881", "Patient Number"], Code(objects[1].Element("ParticipantObjectIDTypeCode")!));
        Assert.Equal("Wang^XiaoDong=王^小东", objects[1].Element("ParticipantObjectName")!.Value);
    }

    [Fact]
    public void An_import_creates_and_comes_from_a_medium()
    {
        var xml = XElement.Parse(AuditMessage.ToXml(Of("import") with { Action = AuditAction.Update }));
        Assert.Equal("110107", xml.Descendants("EventID").Single().Attribute("csd-code")!.Value);
        Assert.Equal("C", xml.Element("EventIdentification")!.Attribute("EventActionCode")!.Value);
        Assert.Equal("110155", xml.Descendants("RoleIDCode").First().Attribute("csd-code")!.Value);
    }

    [Fact]
    public async Task A_trail_in_a_file_keeps_what_was_there_and_has_a_message_a_line()
    {
        var stop = TestContext.Current.CancellationToken;
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            for (var round = 0; round < 2; round++)
            {
                await using var trail = new AuditFile(path);
                await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => trail.WriteAsync(Of("hostile"), stop).AsTask()));
            }

            var lines = await File.ReadAllLinesAsync(path, stop);
            Assert.Equal(40, lines.Length);
            Assert.All(lines, line => Assert.Equal("AuditMessage", XElement.Parse(line).Name.LocalName));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static StudyAudit Of(string kind) => kind switch
    {
        "import" => Transfer with { Kind = AuditEventKind.Import },
        "failure" => Transfer with { Outcome = AuditOutcome.SeriousFailure, OutcomeDescription = "The archive's disk is full.", Action = AuditAction.Update },
        "bare" => Transfer with
        {
            AccessionNumber = null,
            Instances = new Dictionary<string, int>(StringComparer.Ordinal),
            Encrypted = null,
            PatientId = "",
            PatientName = null,
            EnterpriseSiteId = null,
            Action = AuditAction.Read,
        },
        "hostile" => Transfer with { PatientName = "a\0b\r\n\ud800<!--\U0001F600]]>", AccessionNumber = "\u0001" },
        _ => Transfer,
    };

    private static string[] Code(XElement coded) => [.. new[] { "csd-code", "codeSystemName", "originalText" }.Select(name => coded.Attribute(name)!.Value)];
}
