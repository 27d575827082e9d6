using System.Text;

namespace MedStreams.Hl7.Tests;

public sealed class Hl7MessageTests
{
    private const string Admission =
        "MSH|^~\\&|HIS|CAMPUS|MS|CAMPUS|20240311101500+0100||ADT^A01^ADT_A01|42|P|2.5.1||||||UNICODE UTF-8\r" +
        "EVN|A01|20240311101459\r" +
        "PID|1||4711^^^HOSP&1.2.3&ISO^MR~0815^^^OTHER^PI||Test\\T\\Co^Anna||19700101|F\r" +
        "ZAB|x\r" +
        "OBX|1|ST|A||first\rOBX|2|ST|B||second\r";

    [Theory]
    [InlineData("PID-3", "4711")]
    [InlineData("PID-3-4", "HOSP")]
    [InlineData("PID-3-4-2", "1.2.3")]
    [InlineData("PID.3.4.2", "1.2.3")]
    [InlineData("PID-3[2].1", "0815")]
    [InlineData("OBX[2]-5", "second")]
    [InlineData("PID-3(2)", "0815")]
    [InlineData("PID-3(2)-5", "PI")]
    [InlineData("PID-5", "Test&Co")]
    [InlineData("OBX(2)-5", "second")]
    [InlineData("ZAB-1", "x")]
    [InlineData("MSH-1", "|")]
    [InlineData("MSH-2", "^~\\&")]
    [InlineData("MSH-9-3", "ADT_A01")]
    [InlineData("PID-4", null)]
    [InlineData("PID-99", null)]
    [InlineData("OBX(3)-1", null)]
    [InlineData("PV1-2", null)]
    public void A_value_is_found_at_its_place(string path, string? value) =>
        Assert.Equal(value, Hl7Message.Parse(Admission).Get(path));

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r\r\n")]
    public void Other_segment_ends_are_accepted(string end)
    {
        var message = Hl7Message.Parse(Admission.Replace("\r", end, StringComparison.Ordinal));

        Assert.Equal(["MSH", "EVN", "PID", "ZAB", "OBX", "OBX"], message.Segments.Select(s => s.Name));
        Assert.Equal("second", message.Get("OBX(2)-5"));
    }

    [Fact]
    public void Framing_and_garbage_around_the_message_are_passed_over() =>
        Assert.Equal(6, Hl7Message.Parse("\v" + Admission + "\u001C\r\r\n").Segments.Count);

    [Fact]
    public void The_delimiters_are_those_of_the_message()
    {
        var message = Hl7Message.Parse("MSH$*@!%$A$B%C*D\rPID$1$$1*2*3*X%Y@9");

        Assert.Equal(new Hl7Delimiters('$', '*', '@', '!', '%'), message.Delimiters);
        Assert.Equal("Y", message.Get("PID-3-4-2"));
        Assert.Equal("9", message.Get("PID-3(2)"));
        Assert.Equal("D", message.Get("MSH-4-2"));
    }

    [Theory]
    [InlineData("a\\F\\b\\S\\c\\R\\d\\E\\e\\T\\f", "a|b^c~d\\e&f")]
    [InlineData("x\\.br\\y", "x\\.br\\y")]
    [InlineData("\\X0D0A\\", "\\X0D0A\\")]
    [InlineData("\\H\\big\\N\\", "\\H\\big\\N\\")]
    [InlineData("C:\\dir", "C:\\dir")]
    [InlineData("\\E\\F\\E\\", "\\F\\")]
    [InlineData("end\\", "end\\")]
    public void Escapes_give_delimiters_and_leave_the_rest(string text, string value) =>
        Assert.Equal(value, Hl7Message.Parse("MSH|^~\\&|A\rNTE|1||" + text).Get("NTE-3"));

    [Theory]
    [InlineData("", Hl7Error.Empty)]
    [InlineData(" \r\n\u001C\r", Hl7Error.Empty)]
    [InlineData("PID|1", Hl7Error.NoHeader)]
    [InlineData("MSH", Hl7Error.Delimiters)]
    [InlineData("MSH|^", Hl7Error.Delimiters)]
    [InlineData("MSH|^^^^|A", Hl7Error.Delimiters)]
    [InlineData("MSHABCDE", Hl7Error.Delimiters)]
    [InlineData("FHS|^~\\&|A", Hl7Error.Batch)]
    [InlineData("{\"a\":1}", Hl7Error.NoHeader)]
    public void What_is_no_message_is_refused_with_the_reason(string text, Hl7Error reason)
    {
        Assert.False(Hl7Message.TryParse(text, out _, out var fault));
        Assert.Equal(reason, fault.Error);
        Assert.Equal(fault, Assert.Throws<Hl7Exception>(() => Hl7Message.Parse(text)).Fault);
    }

    [Theory]
    [InlineData("UNICODE UTF-8", "utf-8")]
    [InlineData("8859/1", "iso-8859-1")]
    [InlineData("", "utf-8")]
    [InlineData("", "iso-8859-1")]
    public void Bytes_are_decoded_as_MSH_18_says(string named, string written)
    {
        var text = $"MSH|^~\\&|||||||ADT^A01|1|P|2.5||||||{named}\rPID|1||7||Müller";

        Assert.Equal("Müller", Hl7Message.Parse(Encoding.GetEncoding(written).GetBytes(text)).Get("PID-5"));
    }

    [Fact]
    public void Trail_bytes_that_look_like_delimiters_cut_nothing()
    {
        var gb = CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!;
        var name = gb.GetString([0x81, 0x5C, 0x81, 0x7C, 0x81, 0x5E]);
        var bytes = gb.GetBytes($"MSH|^~\\&|||||||ADT^A01|1|P|2.5||||||GB 18030-2000\rPID|1||7||{name}^x");

        var message = Hl7Message.Parse(bytes);

        Assert.Equal(name, message.Get("PID-5"));
        Assert.Equal("x", message.Get("PID-5-2"));
    }

    [Fact]
    public void An_unknown_character_set_is_an_error_with_its_place_when_it_matters()
    {
        const string Text = "MSH|^~\\&|||||||A^B|1|P|2.5||||||EBCDIC\rPID|1||7||";

        Assert.True(Hl7Message.TryParse(Encoding.UTF8.GetBytes(Text + "Muller"), out _, out _));
        Assert.False(Hl7Message.TryParse(Encoding.UTF8.GetBytes(Text + "Müller"), out _, out var fault));
        Assert.Equal(new Hl7Fault(Hl7Error.CharacterSet, Text.IndexOf("EBCDIC", StringComparison.Ordinal)), fault);
    }

    [Theory]
    [InlineData("  \rMSH|^^", 8)]
    [InlineData("xMSH|^~\\&", 0)]
    public void A_fault_has_its_place(string text, int position)
    {
        Assert.False(Hl7Message.TryParse(text, out _, out var fault));
        Assert.Equal(position, fault.Position);
    }

    [Theory]
    [InlineData("PID")]
    [InlineData("PID-0")]
    [InlineData("PID-x")]
    [InlineData("PID-3(0)")]
    [InlineData("PID-3(1-2")]
    [InlineData("PATIENT-3")]
    [InlineData("PID-1-2-3-4")]
    public void A_wrong_path_is_a_format_error(string path) =>
        Assert.Throws<FormatException>(() => Hl7Message.Parse(Admission).Get(path));
}
