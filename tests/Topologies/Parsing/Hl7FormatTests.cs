using MedStreams.Support;
using MedStreams.Topologies.Increments;

namespace MedStreams.Topologies.Tests.Parsing;

public sealed class Hl7FormatTests
{
    public static TheoryData<string> Files() =>
        [.. RealMessages.Files().Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_real_message_is_an_event(string file)
    {
        var parse = Records.Parse(RealMessages.Read(file));

        Assert.True(parse.Event is not null, $"{parse.Fault} at {parse.Column}");
        Assert.Equal("hl7", parse.Event.Format);
        Assert.Matches("^[A-Z]{3}(\\^[A-Z][A-Z0-9]{2})?$", parse.Event.EventType);
    }

    [Fact]
    public void A_message_gives_sender_event_time_and_patient()
    {
        var parsed = Records.Event(
            "MSH|^~\\&|HIS App|CAMPUS|MS|CAMPUS|20240311101500.1234+0100||ADT^A01^ADT_A01|42|P|2.5.1\rPID|1||4711^^^HOSP");

        Assert.Equal(Records.At("2024-03-11T09:15:00.123Z"), parsed.Time);
        Assert.Equal(("CAMPUS", "his_app", "ADT", "ADT^A01"), (parsed.Host, parsed.Product, parsed.Component, parsed.EventType));
        Assert.Equal("2.5.1", parsed.Attributes["version"]);
        Assert.NotNull(parsed.Subject);
    }

    [Theory]
    [InlineData("2024", "2024-01-01T00:00:00Z")]
    [InlineData("202403", "2024-03-01T00:00:00Z")]
    [InlineData("20240311", "2024-03-11T00:00:00Z")]
    [InlineData("202403111015", "2024-03-11T10:15:00Z")]
    [InlineData("20240311101530-0500", "2024-03-11T15:15:30Z")]
    [InlineData("", "2024-03-11T12:00:00Z")]
    public void Times_of_any_precision_are_read(string stamp, string time) =>
        Assert.Equal(Records.At(time), Records.Event($"MSH|^~\\&|A|B|||{stamp}||ADT^A01|1|P|2.5").Time);

    [Theory]
    [InlineData("20240331023000")] // skipped
    [InlineData("20241027023000")] // twice
    [InlineData("20240701120000")]
    public void A_local_time_is_the_same_moment_in_logs_and_in_the_messages_themselves(string stamp)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        Assert.True(MedStreams.Hl7.Hl7Time.TryParse(stamp, out var time));

        Assert.Equal(
            time.ToMoment(zone).ToUnixTimeMilliseconds(),
            Records.Event($"MSH|^~\\&|A|B|||{stamp}||ADT^A01|1|P|2.5", timestamp: Records.At("2024-12-01T00:00:00Z"), options: Records.Options with { DefaultZone = zone }).Time);
    }

    [Fact]
    public void A_refusing_acknowledgement_is_an_error() =>
        Assert.Equal(Severity.Error, Records.Event("MSH|^~\\&|A|B|||||ACK^A01|1|P|2.5\rMSA|AE|42").Severity);
}
