using System.Text;
using MedStreams.Support;
using MedStreams.Topologies.Increments.Parsing;

namespace MedStreams.Topologies.Tests.Parsing;

/// <summary>No bytes may throw: a record is an event or has a fault.</summary>
public sealed class HostileRecordsTests
{
    private readonly LogParser _parser = new(Records.Options);

    public static TheoryData<string> Formats() => ["", .. LogFormats.All.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_beginning_of_a_record_is_an_event_or_a_fault(string format)
    {
        foreach (var record in Seeds())
        {
            for (var length = 0; length <= Math.Min(record.Length, 700); length++)
                Parse(record.AsSpan(0, length), format);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Damaged_records_are_events_or_faults(string format)
    {
        var random = new Random(format.Length + 1);
        var seeds = Seeds();
        for (var i = 0; i < 30_000; i++)
            Parse(Damage([.. seeds[random.Next(seeds.Count)]], seeds, random), format);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Random_bytes_are_events_or_faults(string format)
    {
        var random = new Random(format.Length + 2);
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            Parse(bytes, format);
        }
    }

    private void Parse(ReadOnlySpan<byte> record, string format)
    {
        var parse = _parser.Parse(new RawLog
        {
            Bytes = record,
            Timestamp = Records.Noon,
            Format = Encoding.UTF8.GetBytes(format),
        });
        if (parse.Event is not { } parsed)
        {
            Assert.NotEqual(LogFault.None, parse.Fault);
            Assert.InRange(parse.Column, 1, record.Length + 1);
            return;
        }

        Assert.True(parsed.Time >= 0);
        Assert.NotEmpty(parsed.EventType);
        Assert.InRange(parsed.EventType.Length, 1, 330);
        Assert.DoesNotContain('|', parsed.EventType);
        Assert.DoesNotContain('\0', parsed.EventType);
        Assert.Matches("^[A-Za-z0-9._:-]{1,64}$", parsed.Host);
        Assert.Matches("^[A-Za-z0-9._:-]{1,64}$", parsed.Component);
        Assert.Matches("^[a-z0-9._-]{1,64}$", parsed.Product);
    }

    private static byte[] Damage(byte[] record, List<byte[]> seeds, Random random)
    {
        for (var times = random.Next(1, 4); times > 0 && record.Length > 0; times--)
        {
            var at = random.Next(record.Length);
            switch (random.Next(6))
            {
                case 0:
                    record[at] = (byte)random.Next(256);
                    break;
                case 1:
                    var signs = "|<>{}[]()\"\\:;=,.-+ \t\r\n\0^~&0123456789"u8;
                    record[at] = signs[random.Next(signs.Length)];
                    break;
                case 2:
                    record = [.. record[..at], .. record[Math.Min(record.Length, at + random.Next(1, 9))..]];
                    break;
                case 3:
                    record = [.. record[..at], .. record[at..Math.Min(record.Length, at + 20)], .. record[at..]];
                    break;
                case 4:
                    var other = seeds[random.Next(seeds.Count)];
                    record = [.. record[..at], .. other[random.Next(other.Length)..]];
                    break;
                default:
                    (record[at], record[^1]) = (record[^1], record[at]);
                    break;
            }
        }

        return record;
    }

    private static List<byte[]> Seeds() =>
    [
        .. new[] { "orthanc.log", "dcmtk-console.log", "dcmtk-file.log", "access.log", "atna.log" }
            .SelectMany(file => Samples.Lines(file).Where((_, i) => i % 7 == 0)).Select(Encoding.UTF8.GetBytes),
        .. new[] { "HealthApp.log", "OpenSSH.log" }.SelectMany(file =>
            File.ReadLines(Path.Combine(Repository.Data, "logs", file)).Where((_, i) => i % 199 == 0)).Select(Encoding.UTF8.GetBytes),
        File.ReadAllBytes(Path.Combine(Repository.Data, "hl7", "ADT-A01-01.hl7")),
        "{\"@timestamp\":\"2024-03-11T10:15:00.5+01:00\",\"log\":{\"level\":\"warn\"},\"service\":{\"name\":\"v\"},\"msg\":\"a \\\"b\\\" 7\",\"n\":[1,{}]}"u8.ToArray(),
        "<165>1 2003-10-11T22:14:15.003Z h evntslog - started [a@1 x=\"1\\\"]\"][b@2 y=\"]\"] message"u8.ToArray(),
    ];
}
