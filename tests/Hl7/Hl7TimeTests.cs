namespace MedStreams.Hl7.Tests;

public sealed class Hl7TimeTests
{
    [Theory]
    [InlineData("2024", "2024-01-01T00:00:00.0000000", Hl7TimePrecision.Year)]
    [InlineData("202402", "2024-02-01T00:00:00.0000000", Hl7TimePrecision.Month)]
    [InlineData("20240229", "2024-02-29T00:00:00.0000000", Hl7TimePrecision.Day)]
    [InlineData("2024022923", "2024-02-29T23:00:00.0000000", Hl7TimePrecision.Hour)]
    [InlineData("202402292359", "2024-02-29T23:59:00.0000000", Hl7TimePrecision.Minute)]
    [InlineData("20240229235958", "2024-02-29T23:59:58.0000000", Hl7TimePrecision.Second)]
    [InlineData("20240229235958.1234", "2024-02-29T23:59:58.1234000", Hl7TimePrecision.Fraction)]
    public void A_time_is_read_with_its_precision(string text, string local, Hl7TimePrecision precision)
    {
        Assert.True(Hl7Time.TryParse(text, out var time));
        Assert.Equal(local, time.Local.ToString("yyyy-MM-ddTHH:mm:ss.fffffff", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(precision, time.Precision);
        Assert.Null(time.Offset);
    }

    [Fact]
    public void An_offset_makes_it_a_moment()
    {
        Assert.True(Hl7Time.TryParse("202402292300-0330", out var time));
        Assert.Equal(new DateTimeOffset(2024, 3, 1, 2, 30, 0, TimeSpan.Zero), time.ToMoment(TimeZoneInfo.Utc).ToUniversalTime());
    }

    [Theory]
    [InlineData("")]
    [InlineData("202")]
    [InlineData("20240230")]
    [InlineData("2024022924")]
    [InlineData("20240229.5")]
    [InlineData("2024-02-29")]
    [InlineData("20240229+0160")]
    [InlineData("20240229235958.")]
    public void What_is_no_time_is_refused(string text) => Assert.False(Hl7Time.TryParse(text, out _));

    [Fact]
    public void Skipped_and_doubled_times_of_a_zone_have_one_moment()
    {
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        Assert.True(Hl7Time.TryParse("20240331023000", out var skipped));
        Assert.True(Hl7Time.TryParse("20241027023000", out var doubled));

        Assert.Equal(new DateTimeOffset(2024, 3, 31, 1, 30, 0, TimeSpan.Zero), skipped.ToMoment(berlin).ToUniversalTime());
        Assert.Equal(new DateTimeOffset(2024, 10, 27, 0, 30, 0, TimeSpan.Zero), doubled.ToMoment(berlin).ToUniversalTime());
    }

    [Fact]
    public void A_moment_is_written_and_read()
    {
        var moment = new DateTimeOffset(2024, 3, 1, 2, 30, 1, 250, TimeSpan.FromHours(-3));

        Assert.Equal("20240301023001.250-0300", Hl7Time.Format(moment));
        Assert.True(Hl7Time.TryParse(Hl7Time.Format(moment), out var read));
        Assert.Equal(moment, read.ToMoment(TimeZoneInfo.Utc));
    }
}
