using System.Text;
using MedStreams.Support;
using MedStreams.Topologies.Increments;
using MedStreams.Topologies.Increments.Parsing;

namespace MedStreams.Topologies.Tests.Parsing;

/// <summary>The two real logs, every line of them, against the structured files beside them.</summary>
public sealed class RealLogsTests
{
    private static readonly long DayAfter = Records.At("2023-12-11T00:00:00Z");

    [Fact]
    public void HealthApp_lines_have_the_fields_of_the_structured_file()
    {
        foreach (var (line, row) in Lines("HealthApp"))
        {
            Assert.Equal(0, PipeLine.Read(line, out var parts));
            Assert.Equal(row["Time"], Text(parts.Time));
            Assert.Equal(row["Component"], Text(parts.Component));
            Assert.Equal(row["Pid"], Text(parts.Pid));
            Assert.Equal(row["Content"], Text(parts.Content).TrimEnd());

            var parsed = Parse(line, "healthapp");
            var clock = row["Time"][9..].Split(':').Select(int.Parse).ToArray();
            var time = DateTime.SpecifyKind(DateTime.ParseExact(row["Time"][..8], "yyyyMMdd", null), DateTimeKind.Utc)
                .AddHours(clock[0]).AddMinutes(clock[1]).AddSeconds(clock[2]).AddMilliseconds(clock[3]);
            Assert.Equal(new DateTimeOffset(time).ToUnixTimeMilliseconds(), parsed.Time);
            Assert.Equal(row["Component"], parsed.Component);
            Assert.Equal("healthapp", parsed.Product);
            Assert.Equal("pipe", parsed.Format);
        }
    }

    [Fact]
    public void OpenSSH_lines_have_the_fields_of_the_structured_file()
    {
        foreach (var (line, row) in Lines("OpenSSH"))
        {
            Assert.Equal(LogFault.None, SyslogHeader.Read(line, TimeZoneInfo.Utc, DayAfter, out var header, out _));
            Assert.Equal(row["Component"], Text(header.Host));
            Assert.Equal("sshd", Text(header.App));
            Assert.Equal(row["Pid"], Text(header.ProcessId));
            Assert.Equal(row["Content"], Text(header.Message).TrimEnd());

            var parsed = Parse(line, "campus-ssh");
            Assert.Equal(Records.At($"2023-12-{row["Day"]}T{row["Time"]}Z"), parsed.Time);
            Assert.Equal("LabSZ", parsed.Host);
            Assert.Equal("sshd", parsed.Product);
            Assert.Equal("syslog", parsed.Format);
        }
    }

    [Fact]
    public void OpenSSH_event_types_are_the_templates_of_the_structured_file()
    {
        var types = Types("OpenSSH", "campus-ssh");

        Assert.All(types, pair => Assert.Single(pair.Value));
        Assert.Equal(types["E4"], types["E5"]); // the file makes two templates of one message, for admin and for root
        types.Remove("E5");
        Assert.Equal(types.Count, types.Values.SelectMany(t => t).Distinct().Count());
    }

    [Fact]
    public void HealthApp_event_types_are_no_finer_than_the_templates_of_the_structured_file()
    {
        var types = Types("HealthApp", "healthapp");

        Assert.All(types, pair => Assert.Single(pair.Value));
        Assert.True(types.Values.SelectMany(t => t).Distinct().Count() > types.Count * 8 / 10);
    }

    [Theory]
    [InlineData("HealthApp", "healthapp")]
    [InlineData("OpenSSH", "campus-ssh")]
    public void Event_types_hold_no_number_user_or_address(string name, string source)
    {
        foreach (var type in Types(name, source).Values.SelectMany(t => t).Distinct())
        {
            var words = type.Replace("ssh2", "", StringComparison.Ordinal).Replace("flush2DB", "", StringComparison.Ordinal);
            Assert.DoesNotContain(words, char.IsDigit);
            Assert.DoesNotContain("webmaster", type);
            Assert.DoesNotContain("|", type);
        }
    }

    /// <summary>Event types by the identifier that the structured file gives the line's template.</summary>
    private static Dictionary<string, HashSet<string>> Types(string name, string source) =>
        Lines(name).GroupBy(l => l.Row["EventId"]).ToDictionary(
            g => g.Key, g => g.Select(l => Parse(l.Line, source).EventType).ToHashSet());

    private static LogEvent Parse(byte[] line, string source)
    {
        var parse = Records.Parse(line, source, timestamp: DayAfter);
        Assert.Equal(LogFault.None, parse.Fault);
        return parse.Event!;
    }

    private static IEnumerable<(byte[] Line, Dictionary<string, string> Row)> Lines(string name)
    {
        var folder = Path.Combine(Repository.Data, "logs");
        var lines = File.ReadAllText(Path.Combine(folder, name + ".log")).Split('\n').Where(l => l.Length > 0).ToList();
        var rows = Csv.Read(Path.Combine(folder, name + ".structured.csv"));
        Assert.Equal(2000, rows.Count);
        Assert.Equal(rows.Count, lines.Count);
        return lines.Zip(rows, (line, row) => (Encoding.UTF8.GetBytes(line.TrimEnd('\r')), row));
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
