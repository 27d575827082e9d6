using MedStreams.Topologies.Increments;
using MedStreams.Topologies.Increments.Parsing;

namespace MedStreams.Topologies.Tests.Parsing;

public sealed class FormatTests
{
    [Theory]
    [InlineData("orthanc.log", "orthanc")]
    [InlineData("dcmtk-console.log", "")]
    [InlineData("dcmtk-file.log", "")]
    [InlineData("access.log", "")]
    [InlineData("atna.log", "")]
    public void Every_line_of_a_sample_is_an_event(string file, string format)
    {
        foreach (var line in Samples.Lines(file))
        {
            var parsed = Records.Event(line, format: format, timestamp: Records.At("2026-11-21T13:00:00Z"));

            Assert.True(parsed.Time > 0);
            Assert.All(new[] { parsed.Host, parsed.Product, parsed.Component, parsed.EventType }, Assert.NotEmpty);
            Assert.DoesNotContain('|', parsed.EventType);
            Assert.DoesNotContain("SYN-", parsed.ToString());
            Assert.DoesNotContain("SYN-", string.Join(' ', parsed.Attributes));
        }
    }

    [Fact]
    public void Orthanc_lines_have_level_time_file_category_and_caller()
    {
        var parsed = Records.Event(
            "I1121 11:57:42.734275 CommandDispatcher.cpp:333] (dicom) Association Received from AET STORESCU on IP 127.0.0.1",
            "old-pacs", host: "pacs1", timestamp: Records.At("2026-11-21T12:00:00Z"));

        Assert.Equal(Records.At("2026-11-21T11:57:42.734Z"), parsed.Time);
        Assert.Equal(("orthanc", "old-pacs", "pacs1"), (parsed.Format, parsed.Source, parsed.Host));
        Assert.Equal("CommandDispatcher", parsed.Component);
        Assert.Equal(Severity.Information, parsed.Severity);
        Assert.Equal("Association Received from AET <*> on IP <*>", parsed.EventType);
        Assert.Equal("dicom", parsed.Attributes["category"]);
        Assert.NotNull(parsed.Subject);
    }

    [Theory]
    [InlineData("W0101 00:00:00.000001 main.cpp:921] Orthanc has started", "main", "Orthanc has started")]
    [InlineData("I0229 23:59:59.5 HTTP-1 HttpServer.cpp:1244] (http) GET /patients/SYN-1/studies?x=1", "HttpServer", "GET /patients/<*>/studies")]
    [InlineData("E0311 11:00:00.000000 OrthancException.cpp:58] Bad file format: x\n more of it", "OrthancException", "Bad file format: <*>")]
    public void Orthanc_lines_of_other_shapes_are_read(string line, string component, string type)
    {
        var parsed = Records.Event(line, format: "orthanc");

        Assert.Equal(component, parsed.Component);
        Assert.Equal(type, parsed.EventType);
    }

    [Fact]
    public void Lines_that_continue_a_message_of_Orthanc_count_at_the_time_of_the_record()
    {
        var parsed = Records.Event("  Context ID:        1 (Proposed)", format: "orthanc");

        Assert.Equal("continuation", parsed.EventType);
        Assert.Equal(Records.Noon, parsed.Time);
    }

    [Fact]
    public void Lines_of_DCMTK_in_a_log_of_Orthanc_are_lines_of_DCMTK() =>
        Assert.Equal(
            ("dcmtk", "orthanc", Severity.Debug),
            Records.Event("D: PDU Type: Associate Request", format: "orthanc") is var e ? (e.Format, e.Product, e.Severity) : default);

    [Theory]
    [InlineData("F: Association Request Failed: 0006:031c TCP Initialization Error: Connection refused", Severity.Critical, "Association Request Failed: <*>")]
    [InlineData("I: Association Received (localhost:STORESCU -> QR)", Severity.Information, "Association Received (<*>:<*> -> <*>)")]
    [InlineData("D:   01  00  00  00  25  89", Severity.Debug, "bytes")]
    [InlineData("I: (0010,0020) LO [SYN-0000]                               #   8, 1 PatientID", Severity.Information, "data set element")]
    [InlineData("I: ", Severity.Information, "blank line")]
    [InlineData("XMIT: .", Severity.Unspecified, "transfer progress")]
    public void Console_lines_of_DCMTK_have_a_level_and_the_time_of_the_record(string line, Severity severity, string type)
    {
        var parsed = Records.Event(line);

        Assert.Equal(("dcmtk", severity, type, Records.Noon), (parsed.Format, parsed.Severity, parsed.EventType, parsed.Time));
    }

    [Fact]
    public void File_lines_of_DCMTK_have_time_level_and_logger()
    {
        var parsed = Records.Event(
            "2026-11-21 12:02:45.849  WARN - storescp - Refusing Association (BadAEService)", timestamp: Records.At("2026-11-21T12:03:00Z"));

        Assert.Equal(Records.At("2026-11-21T12:02:45.849Z"), parsed.Time);
        Assert.Equal(("storescp", Severity.Warning, "Refusing Association (<*>)"), (parsed.Component, parsed.Severity, parsed.EventType));
    }

    [Fact]
    public void The_same_patient_has_the_same_pseudonym_in_every_format()
    {
        var dicom = Records.Event("I: (0010,0020) LO [SYN-0001]    #   8, 1 PatientID").Subject;
        var audit = Records.Event(Samples.Lines("atna.log")[0]).Subject;
        var hl7 = Records.Event("MSH|^~\\&|HIS|CAMPUS|||20240311101500||ADT^A01|1|P|2.5\rPID|1||SYN-0001").Subject;
        var json = Records.Event("{\"event\":\"viewed\",\"patientId\":\"SYN-0001\"}").Subject;

        Assert.NotNull(dicom);
        Assert.Equal(22, dicom.Length);
        Assert.All(new[] { audit, hl7, json }, subject => Assert.Equal(dicom, subject));
        var issued = Records.Event("MSH|^~\\&|HIS|C|||2024||ADT^A01|1|P|2.5\rPID|1||SYN-0002^^^HOSP&1.2.3&ISO").Subject;
        Assert.Equal(Records.Event(Samples.Lines("atna.log")[2]).Subject, issued);
    }

    [Fact]
    public void Another_key_gives_other_pseudonyms()
    {
        const string Line = "{\"event\":\"viewed\",\"patientId\":\"SYN-0001\"}";
        var other = Records.Options with { PseudonymKey = new byte[16] };

        Assert.NotEqual(Records.Event(Line).Subject, Records.Event(Line, options: other).Subject);
    }

    [Theory]
    [InlineData(0, "GET /<*>/studies/<*>/series 2xx", Severity.Information)]
    [InlineData(1, "POST /instances 2xx", Severity.Information)]
    [InlineData(2, "GET /patients/<*>/studies 4xx", Severity.Warning)]
    [InlineData(3, "GET /static/app 3xx", Severity.Information)]
    [InlineData(4, "OTHER <*> 4xx", Severity.Warning)]
    [InlineData(5, "DELETE /studies/<*> 5xx", Severity.Error)]
    [InlineData(6, "GET / 2xx", Severity.Information)]
    public void Requests_have_method_template_and_class_of_status(int line, string type, Severity severity)
    {
        var parsed = Records.Event(Samples.Lines("access.log")[line]);

        Assert.Equal((type, severity, "access"), (parsed.EventType, parsed.Severity, parsed.Format));
        Assert.Equal(Records.At($"2024-03-11T09:15:0{line}Z"), parsed.Time);
        Assert.NotNull(parsed.Subject);
    }

    [Theory]
    [InlineData(0, "DICOM Instances Transferred/C", Severity.Information)]
    [InlineData(3, "User Authentication: Login/E", Severity.Error)]
    [InlineData(5, "Query: ITI-18/E", Severity.Information)]
    [InlineData(6, "Security Alert: Emergency Override Started/E", Severity.Critical)]
    [InlineData(7, "DICOM Study Deleted/D", Severity.Warning)]
    public void Audit_messages_have_event_kind_action_and_outcome(int line, string type, Severity severity)
    {
        var parsed = Records.Event(Samples.Lines("atna.log")[line]);

        Assert.Equal((type, severity, "atna"), (parsed.EventType, parsed.Severity, parsed.Format));
        Assert.Equal(("audit1.example", "pacs", "PACS1"), (parsed.Host, parsed.Product, parsed.Component));
        Assert.Equal(Records.At($"2024-03-11T09:15:0{line}.250Z"), parsed.Time);
        Assert.Equal("2", parsed.Attributes["participants"]);
    }

    [Fact]
    public void An_audit_message_may_come_without_syslog() =>
        Assert.Equal(
            "DICOM Instances Transferred/C",
            Records.Event(Samples.Lines("atna.log")[0] is var line ? line[line.IndexOf("<?xml", StringComparison.Ordinal)..] : "").EventType);

    [Theory]
    [InlineData("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><AuditMessage>&x;</AuditMessage>", "log.xml-dtd")]
    [InlineData("<AuditMessage><EventIdentification></AuditMessage>", "log.xml")]
    [InlineData("<AuditMessage><Something/></AuditMessage>", "log.structure")]
    public void Broken_audit_messages_are_refused(string xml, string code)
    {
        Assert.Equal(code, LogFaults.Code(Records.Parse(xml).Fault));
        Assert.Equal(code, LogFaults.Code(Records.Parse($"<85>1 2024-03-11T10:15:00Z h a - - - {xml}").Fault));
    }

    [Theory]
    [InlineData("<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - 'su root' failed for lonvick on /dev/pts/8", "2003-10-11T22:14:15.003Z", "su", "ID47", Severity.Critical)]
    [InlineData("<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.", "2003-08-24T12:14:15Z", "myproc", null, Severity.Notice)]
    [InlineData("<165>1 2003-10-11T22:14:15.003Z h evntslog - started [a@1 x=\"1\\\"]\"][b@2 y=\"]\"] message", "2003-10-11T22:14:15.003Z", "evntslog", "started", Severity.Notice)]
    [InlineData("<191>1 - - - - - -", "2024-03-11T12:00:00Z", "syslog", "<*>", Severity.Debug)]
    public void Syslog_of_RFC_5424_is_read(string line, string time, string product, string? type, Severity severity)
    {
        var parsed = Records.Event(line);

        Assert.Equal((Records.At(time), product, severity, "syslog"), (parsed.Time, parsed.Product, parsed.Severity, parsed.Format));
        if (type is not null)
            Assert.Equal(type, parsed.EventType);
        Assert.NotNull(parsed.Attributes["facility"]);
    }

    [Theory]
    [InlineData("Mar 11 11:59:00 h cron[5]: started", "2024-03-11T12:00:00Z", "2024-03-11T11:59:00Z")]
    [InlineData("<13>Mar 11 11:59:00 h cron: started", "2024-03-11T12:00:00Z", "2024-03-11T11:59:00Z")]
    [InlineData("Dec 31 23:59:59 h cron[5]: started", "2024-01-01T00:00:05Z", "2023-12-31T23:59:59Z")]
    [InlineData("Jan  1 00:00:03 h cron[5]: started", "2023-12-31T23:59:59Z", "2024-01-01T00:00:03Z")]
    [InlineData("Mar 12 11:59:00 h cron[5]: started", "2024-03-11T12:00:00Z", "2024-03-12T11:59:00Z")]
    [InlineData("Mar 12 12:01:00 h cron[5]: started", "2024-03-11T12:00:00Z", "2023-03-12T12:01:00Z")]
    [InlineData("Feb 29 12:00:00 h cron[5]: started", "2023-06-01T00:00:00Z", "2020-02-29T12:00:00Z")]
    public void A_missing_year_is_the_latest_that_is_not_in_the_future(string line, string recordTime, string time) =>
        Assert.Equal(Records.At(time), Records.Event(line, timestamp: Records.At(recordTime)).Time);

    [Fact]
    public void Times_without_a_zone_are_of_the_zone_of_their_source()
    {
        var options = Records.Options with
        {
            Sources = [new LogSource { Name = "campus", Zone = TimeZoneInfo.CreateCustomTimeZone("x", TimeSpan.FromHours(8), "x", "x") }],
        };

        Assert.Equal(
            Records.At("2024-03-11T03:59:00Z"),
            Records.Event("Mar 11 11:59:00 h cron: started", "campus", options: options).Time);
    }

    [Theory]
    [InlineData("{\"@timestamp\":\"2024-03-11T10:15:00.5+01:00\",\"level\":\"warn\",\"service\":\"Viewer\",\"event\":\"study.opened\"}", "viewer", "study.opened", Severity.Warning)]
    [InlineData("{\"ts\":1710148500.5,\"log\":{\"level\":\"error\"},\"service\":{\"name\":\"viewer\"},\"msg\":\"connection to 10.1.2.3 refused for Anna Schmidt\"}", "viewer", "connection to <*> refused for <*>", Severity.Error)]
    [InlineData("{\"time\":1710148500500,\"level\":30,\"app\":\"viewer\",\"@mt\":\"Session {Id} closed\"}", "viewer", "Session <*> closed", Severity.Information)]
    [InlineData("{\"time\":\"2024-03-11 09:15:00,500\",\"app\":\"viewer\",\"event\":\"patient 4711\",\"data\":{\"a\":[1,{\"b\":2}]}}", "viewer", "patient <*>", Severity.Unspecified)]
    public void JSON_lines_are_read(string line, string product, string type, Severity severity)
    {
        var parsed = Records.Event(line);

        Assert.Equal((Records.At("2024-03-11T09:15:00.500Z"), product, type, severity), (parsed.Time, parsed.Product, parsed.EventType, parsed.Severity));
    }

    [Theory]
    [InlineData("{\"a\":", "log.json")]
    [InlineData("{\"a\":1} x", "log.json")]
    [InlineData("{\"time\":\"yesterday\"}", "log.time")]
    [InlineData("", "log.empty")]
    [InlineData(" \r\n", "log.empty")]
    [InlineData("just some words", "log.unknown-format")]
    [InlineData("20241323-1:2:3:4|a|b|c", "log.time")]
    [InlineData("20240311-1:2:3:4|a|b", "log.structure")]
    [InlineData("<999>1 2024-03-11T10:15:00Z h a - - - x", "log.structure")]
    [InlineData("<34>1 nonsense h a - - - x", "log.time")]
    [InlineData("<34>1 2024-03-11T10:15:00Z h", "log.structure")]
    [InlineData("MSH|^^^^|A", "log.hl7")]
    [InlineData("MSH|^~\\&|A|B|||last week||ADT^A01", "log.time")]
    [InlineData("MSH|^~\\&|A|B|||2024||Adm ission^A01", "log.structure")]
    [InlineData("1.2.3.4 - - [99/Mar/2024:10:15:00 +0100] \"GET / HTTP/1.1\" 200 1", "log.time")]
    public void What_cannot_be_parsed_has_a_reason_and_a_place(string record, string code)
    {
        var parse = Records.Parse(record);

        Assert.Equal(code, LogFaults.Code(parse.Fault));
        Assert.Null(parse.Event);
        Assert.InRange(parse.Column, 1, record.Length + 1);
    }

    [Fact]
    public void A_declared_format_wins_over_what_the_record_looks_like()
    {
        Assert.Equal(LogFault.Structure, Records.Parse("{\"a\":1}", format: "pipe").Fault);
        Assert.Equal(LogFault.UndeclaredFormat, Records.Parse("{\"a\":1}", format: "telegraph").Fault);
        var options = Records.Options with { Sources = [new LogSource { Name = "s", Format = "dcmtk", Product = "archive", Host = "h" }] };
        var parsed = Records.Event("Association Release", "s", options: options);
        Assert.Equal(("dcmtk", "archive", "h", "s"), (parsed.Format, parsed.Product, parsed.Host, parsed.Source));
    }

    [Theory]
    [InlineData("2024-03-12T12:00:00Z", true)]
    [InlineData("2024-03-12T12:00:01Z", false)]
    [InlineData("1999-01-01T00:00:00Z", true)]
    public void Times_of_clocks_that_are_far_ahead_are_refused(string time, bool taken) =>
        Assert.Equal(taken ? "log.none" : "log.time-ahead", LogFaults.Code(Records.Parse($"{{\"time\":\"{time}\",\"event\":\"x.y\"}}").Fault));

    [Fact]
    public void Too_long_records_are_refused() =>
        Assert.Equal(LogFault.TooLong, Records.Parse(new string('a', 2000), options: Records.Options with { MaxRecordBytes = 1024 }).Fault);

    [Theory]
    [InlineData("Patient Anna Schmidt admitted to ward 7", "Patient <*> to <*>")]
    [InlineData("login failed for user jdoe", "login failed for user <*>")]
    [InlineData("4711", "<*>")]
    [InlineData("connection to \"Anna's phone\" closed", "connection to <*> closed")]
    [InlineData("retry 3 of 5: timeout=30s", "retry <*> of <*> timeout=<*>")]
    [InlineData("读取失败 error", "<*> error")]
    public void Masking_keeps_words_of_programs_only(string message, string type)
    {
        Span<byte> masked = new byte[160];
        Assert.Equal(type, System.Text.Encoding.UTF8.GetString(masked[..MessageMask.Write(System.Text.Encoding.UTF8.GetBytes(message), masked)]));
    }

    [Fact]
    public void Declared_templates_come_first()
    {
        var options = Records.Options with { Templates = ["bed <subject> is free on <*>"] };

        var parsed = Records.Event("Mar 11 11:59:00 h beds: bed 4711 is free on ward 3", options: options);

        Assert.Equal("bed <*> is free on <*>", parsed.EventType);
        Assert.NotNull(parsed.Subject);
    }

    [Theory]
    [InlineData("<*> at the front")]
    [InlineData("two <*><*> holes")]
    [InlineData("two <subject> and <subject>")]
    [InlineData("a | bar")]
    public void Wrong_templates_are_refused_at_start(string template) =>
        Assert.Throws<ArgumentException>(() => (Records.Options with { Templates = [template] }).Validate());

    [Fact]
    public void Options_are_checked()
    {
        Assert.Throws<ArgumentException>(() => (Records.Options with { PseudonymKey = new byte[15] }).Validate());
        Assert.Throws<ArgumentException>(() => (Records.Options with { MaxRecordBytes = 1 }).Validate());
        Assert.Throws<ArgumentException>(() => (Records.Options with { MaxAhead = TimeSpan.Zero }).Validate());
        Assert.Throws<ArgumentException>(() => (Records.Options with { Sources = [new() { Name = "a", Format = "x" }] }).Validate());
        Assert.Throws<ArgumentException>(() => (Records.Options with { Sources = [new() { Name = "a" }, new() { Name = "a" }] }).Validate());
    }
}
