using System.Text;

namespace MedStreams.Hl7.Tests;

public sealed class Hl7EditorTests
{
    private const string Text = "MSH|^~\\&|A|B|C|D|2024||ADT^A01|42|P|2.5||\r\nPID|1||7^^^X~8||Doe^Joe||\n ZAB|a|\r";

    [Theory]
    [InlineData("PID-3", "9", "PID|1||9^^^X~8||Doe^Joe||")]
    [InlineData("PID-3[2]", "9", "PID|1||7^^^X~9||Doe^Joe||")]
    [InlineData("PID-3[3].2", "9", "PID|1||7^^^X~8~^9||Doe^Joe||")]
    [InlineData("PID-3.4.2", "9", "PID|1||7^^^X&9~8||Doe^Joe||")]
    [InlineData("PID-9", "9", "PID|1||7^^^X~8||Doe^Joe||||9")]
    [InlineData("PID-5.2", null, "PID|1||7^^^X~8||Doe^||")]
    [InlineData("PID-20.3", null, "PID|1||7^^^X~8||Doe^Joe||")]
    [InlineData("PID-5", "a|b^c~d\\e&f\r", "PID|1||7^^^X~8||a\\F\\b\\S\\c\\R\\d\\E\\e\\T\\f\\X0D\\^Joe||")]
    public void One_place_changes_and_all_else_stays(string path, string? value, string segment)
    {
        var edited = Hl7Message.Parse(Text).Edit().Set(path, value).ToMessage();

        Assert.Equal(Text.Replace("PID|1||7^^^X~8||Doe^Joe||", segment, StringComparison.Ordinal), edited.Text);
    }

    [Fact]
    public void A_value_that_was_set_is_read()
    {
        const string Value = "a|b^c~d\\e&f";

        Assert.Equal(Value, Hl7Message.Parse(Text).Edit().Set("PID-5", Value).ToMessage().Get("PID-5"));
    }

    [Fact]
    public void Raw_text_replaces_what_the_path_says()
    {
        var edit = Hl7Message.Parse(Text).Edit().SetRaw("PID-3", "1^2~3").SetRaw("PID-5.1", "x&y");

        Assert.Contains("PID|1||1^2~3||x&y^Joe||", edit.ToMessage().Text, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => edit.SetRaw("PID-5.1", "x^y"));
        Assert.Throws<ArgumentException>(() => edit.SetRaw("PID-5", "x\rEVN|"));
    }

    [Fact]
    public void Segments_come_and_go()
    {
        var edited = Hl7Message.Parse(Text).Edit()
            .InsertBefore("PID", 1, "EVN").Set("EVN-1", "A01").Set("NTE-3", "first").Set("NTE[2]-3", "second").Remove("ZAB").ToMessage();

        Assert.Equal(["MSH", "EVN", "PID", "NTE", "NTE"], edited.Segments.Select(s => s.Name));
        Assert.Equal("second", edited.Get("NTE[2]-3"));
        Assert.Equal("8", edited.Get("PID-3[2]"));
    }

    [Theory]
    [InlineData("MSH-1")]
    [InlineData("MSH-2")]
    [InlineData("NTE[2]-1")]
    public void A_place_that_cannot_be_is_refused(string path) =>
        Assert.Throws<ArgumentException>(() => Hl7Message.Parse(Text).Edit().Set(path, "x"));

    [Fact]
    public void A_message_is_made_from_nothing()
    {
        var made = Hl7Message.New().Set("MSH-9.1", "ADT").Set("MSH-9.2", "A01").Set("MSH-10", "1").Set("PID-3", "7").ToMessage();

        Assert.Equal("MSH|^~\\&|||||||ADT^A01|1\rPID|||7\r", made.ToNormalText());
    }

    [Fact]
    public void Bytes_that_fit_no_character_set_stay()
    {
        byte[] bytes = [.. "MSH|^~\\&|||||||ADT^A01|1|P|2.5||||||GB 18030-2000\rPID|1||7||"u8, 0x81, 0x0D, .. "ZAB|"u8, 0xFF, .. "|x\r"u8];
        var message = Hl7Message.Parse(bytes);

        var edited = message.Edit().Set("MSH-10", "22").ToMessage();

        Assert.False(message.FitsCharacterSet);
        Assert.Equal("x", message.Get("ZAB-2"));
        Assert.Equal(
            [.. "MSH|^~\\&|||||||ADT^A01|22|P|2.5||||||GB 18030-2000\rPID|1||7||"u8, 0x81, 0x0D, .. "ZAB|"u8, 0xFF, .. "|x\r"u8],
            edited.ToBytes().ToArray());
    }

    [Fact]
    public void Another_character_set_writes_all_anew()
    {
        var latin = Encoding.Latin1.GetBytes("MSH|^~\\&|||||||ADT^A01|1|P|2.5||||||8859/1\rPID|1||7||Müller\r");

        var edited = Hl7Message.Parse(latin).Edit().Set("MSH-18", "UNICODE UTF-8").ToMessage();

        Assert.Equal("MSH|^~\\&|||||||ADT^A01|1|P|2.5||||||UNICODE UTF-8\rPID|1||7||Müller\r", Encoding.UTF8.GetString(edited.ToBytes().Span));
    }

    [Fact]
    public void A_character_without_a_code_is_an_error() =>
        Assert.Throws<Hl7Exception>(() =>
            Hl7Message.Parse("MSH|^~\\&|||||||ADT^A01|1|P|2.5||||||8859/1\rPID|1\r"u8).Edit().Set("PID-5", "王").ToMessage());

    [Fact]
    public void Batches_are_cut_into_messages_and_their_counts_checked()
    {
        var file = "FHS|^~\\&\rBHS|^~\\&\rMSH|^~\\&|1\rPID|1\r\nMSH|^~\\&|2\rBTS|2\rBHS|^~\\&\rMSH|^~\\&|3\rBTS|2\rFTS|2\r"u8.ToArray();

        var parts = Hl7Batch.Read(file).ToList();

        Assert.Equal(["1", "2", "3"], parts.Where(p => p.Kind == Hl7BatchPartKind.Message).Select(p => Hl7Message.Parse(p.Bytes.Span).Get("MSH-3")));
        Assert.Equal([false, true], parts.Where(p => p.Kind == Hl7BatchPartKind.BatchTrailer).Select(p => p.Miscounted));
        Assert.Equal(file, parts.SelectMany(p => p.Bytes.ToArray()));
    }

    [Fact]
    public void Every_known_character_set_is_there() =>
        Assert.All(
            (string[])["ASCII", "8859/1", "8859/2", "8859/9", "8859/15", "GB 18030-2000", "BIG-5", "KS X 1001", "CNS 11643-1992", "UNICODE UTF-8", "ISO_IR 192"],
            name => Assert.NotNull(Hl7CharacterSet.Find(name)));
}
