using System.Globalization;
using System.Text;

namespace MedStreams.Cli.Demo.Traffic;

/// <summary>A radiology information system: <c>time|component|pid|message</c>.</summary>
internal sealed class RisWorklist() : TrafficSource("ris", 3)
{
    public override void Write(StringBuilder text, DateTimeOffset time, int machine, Random random)
    {
        text.Append(time.ToString("yyyyMMdd-HH:mm:ss:fff", CultureInfo.InvariantCulture));
        switch (random.Next(4))
        {
            case 0:
                text.Append($"|Ris_Worklist|{4000 + machine}|onQuery modality={One(random, "CT", "MR", "CR", "US")} results={random.Next(40)}");
                break;
            case 1:
                text.Append($"|Ris_Reservation|{4000 + machine}|reserveSlot number={random.Next(1, 90_000)} room={random.Next(12)}");
                break;
            case 2:
                text.Append($"|Ris_Reservation|{4000 + machine}|associateOrder number={random.Next(1, 90_000)}");
                break;
            default:
                text.Append($"|Ris_Report|{4000 + machine}|reportSigned pages={random.Next(1, 5)} words={random.Next(60, 900)}");
                break;
        }
    }
}

/// <summary>A message gateway: one JSON object a line.</summary>
internal sealed class GatewayJson() : TrafficSource("gateway", 2)
{
    public override void Write(StringBuilder text, DateTimeOffset time, int machine, Random random)
    {
        var failed = random.Next(50) == 0;
        text.Append("{\"time\":\"").Append(time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))
            .Append("\",\"level\":\"").Append(failed ? "ERROR" : "INFO")
            .Append("\",\"host\":\"gw0").Append(machine)
            .Append("\",\"component\":\"").Append(One(random, "router", "translator", "outbox"))
            .Append("\",\"event\":\"").Append(failed ? "delivery.failed" : One(random, "message.received", "message.routed", "message.delivered"))
            .Append("\",\"patientId\":\"").Append(Patient(random))
            .Append("\",\"bytes\":").Append(random.Next(200, 4_000)).Append('}');
    }
}

/// <summary>The patients' portal: a web server's combined access log.</summary>
internal sealed class PortalAccess() : TrafficSource("portal", 2)
{
    public override void Write(StringBuilder text, DateTimeOffset time, int machine, Random random)
    {
        var user = random.Next(3) == 0 ? "-" : $"user{random.Next(1, 2_500)}";
        var path = random.Next(4) switch
        {
            0 => "/login",
            1 => $"/studies/1.2.826.0.1.{random.Next(1, 9_000)}/series",
            2 => $"/appointments/{random.Next(1, 90_000)}",
            _ => "/results",
        };
        var status = random.Next(40) switch { 0 => 500, 1 or 2 => 404, _ => 200 };
        text.Append($"10.1.{random.Next(4)}.{random.Next(1, 250)} - {user} [")
            .Append(time.ToString("dd/MMM/yyyy:HH:mm:ss", CultureInfo.InvariantCulture))
            .Append($" +0000] \"{(path == "/login" ? "POST" : "GET")} {path} HTTP/1.1\" {status} {random.Next(200, 60_000)} ")
            .Append("\"-\" \"Mozilla/5.0 (X11; Linux x86_64)\"");
    }
}

/// <summary>An image receiver that logs as DCMTK's <c>storescp</c> does on the console: without a time.</summary>
internal sealed class ImageReceiver() : TrafficSource("storescp", 2)
{
    public override void Write(StringBuilder text, DateTimeOffset time, int machine, Random random) =>
        text.Append(random.Next(6) switch
        {
            0 => "I: Association Received",
            1 => $"I: Association Acknowledged (Max Send PDV: {random.Next(1, 9) * 4_096 - 12})",
            2 => "I: Received Store Request",
            3 => $"I: storing DICOM file: /var/spool/{One(random, "CT", "MR", "CR")}.1.2.826.0.1.{random.Next(1, 99_999)}",
            4 => "I: Association Release",
            _ => $"W: DICOM file already exists, overwriting: /var/spool/CT.1.2.826.0.1.{random.Next(1, 99_999)}",
        });
}

/// <summary>The operating system of the servers: syslog of RFC 3164.</summary>
internal sealed class NodeSyslog() : TrafficSource("nodes", 4)
{
    public override void Write(StringBuilder text, DateTimeOffset time, int machine, Random random)
    {
        text.Append(random.Next(2) == 0 ? "<38>" : "<86>")
            .Append(time.ToString("MMM", CultureInfo.InvariantCulture)).Append(' ')
            .Append(time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2)).Append(' ')
            .Append(time.ToString("HH:mm:ss", CultureInfo.InvariantCulture))
            .Append($" node{machine:D2} ");
        switch (random.Next(4))
        {
            case 0:
                text.Append($"sshd[{random.Next(900, 9_000)}]: Failed password for root from 10.9.0.{random.Next(1, 250)} port {random.Next(1_024, 65_000)} ssh2");
                break;
            case 1:
                text.Append($"sshd[{random.Next(900, 9_000)}]: pam_unix(sshd:session): session opened for user service by (uid=0)");
                break;
            case 2:
                text.Append($"CRON[{random.Next(900, 9_000)}]: pam_unix(cron:session): session closed for user root");
                break;
            default:
                text.Append($"kernel: nfs: server archive{random.Next(3)} not responding, timed out");
                break;
        }
    }
}
