using System.Text;
using MedStreams.Dicom.Text;

namespace MedStreams.Dicom.Tests.Text;

public sealed class SpecificCharacterSetTests
{
    [Theory]
    [InlineData("ISO_IR 100", "Müller^Jürgen")]
    [InlineData("ISO_IR 101", "Łukasz^Żółć")]
    [InlineData("ISO_IR 144", "Люкceмбypг")]
    [InlineData("ISO_IR 126", "Διονυσιος")]
    [InlineData("ISO_IR 127", "قباني^لنزار")]
    [InlineData("ISO_IR 138", "שרון^דבורה")]
    [InlineData("ISO_IR 148", "Çavuşoğlu")]
    [InlineData("ISO_IR 166", "ทดสอบ")]
    [InlineData("ISO_IR 13", "ﾔﾏﾀﾞ^ﾀﾛｳ")]
    [InlineData("ISO_IR 192", "Wang^XiaoDong=王^小東")]
    [InlineData("GB18030", "Wang^XiaoDong=王^小东")]
    [InlineData("GBK", "王^小东")]
    [InlineData("\\ISO 2022 IR 87", "Yamada^Tarou=山田^太郎=やまだ^たろう")]
    [InlineData("ISO 2022 IR 13\\ISO 2022 IR 87", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう")]
    [InlineData("\\ISO 2022 IR 149", "Hong^Gildong=洪^吉洞=홍^길동")]
    [InlineData("\\ISO 2022 IR 58", "Zhang^XiaoDong=张^小东")]
    [InlineData("\\ISO 2022 IR 100\\ISO 2022 IR 144", "Äneas\\Диана")]
    public void What_is_written_is_read_again(string terms, string text)
    {
        var set = SpecificCharacterSet.Of(terms.Split('\\'));
        var vr = text.Contains('\\') ? DicomVr.LO : DicomVr.PN;
        var bytes = set.Bytes(text.Split('\\'), vr);
        Assert.Equal(0, bytes.Length % 2);
        Assert.Equal(text, string.Join('\\', set.Values(bytes, vr)));
    }

    [Fact]
    public void A_backslash_within_a_letter_separates_nothing()
    {
        var set = SpecificCharacterSet.Of(["GBK"]);
        var bytes = set.Bytes(["俓", "b"], DicomVr.LO);
        Assert.Equal(2, bytes.Count(b => b == (byte)'\\'));
        Assert.Equal(["俓", "b"], set.Values(bytes, DicomVr.LO));
    }

    [Theory]
    [InlineData("ISO-IR 192")]
    [InlineData("ISO_IR_192")]
    [InlineData("iso ir 192")]
    [InlineData("UTF8")]
    public void Spellings_that_leave_no_doubt_are_known(string term) =>
        Assert.Equal(["王"], SpecificCharacterSet.Of([term]).Values(Encoding.UTF8.GetBytes("王"), DicomVr.LO));

    [Fact]
    public void Padding_is_not_part_of_a_value_and_what_means_something_is()
    {
        var set = SpecificCharacterSet.Ascii;
        Assert.Equal(["1.2.3"], set.Values("1.2.3\0"u8, DicomVr.UI));
        Assert.Equal(["1.2.3"], set.Values("1.2.3 "u8, DicomVr.UI));
        Assert.Equal(["a", "", "b"], set.Values(" a \\\\b "u8, DicomVr.LO));
        Assert.Equal(["  a\\b"], set.Values("  a\\b "u8, DicomVr.LT));
    }

    [Fact]
    public void A_text_that_cannot_be_written_is_refused_without_being_told()
    {
        var refused = Assert.Throws<ArgumentException>(() => SpecificCharacterSet.Of(["ISO_IR 100"]).Bytes(["王"], DicomVr.PN));
        Assert.DoesNotContain("王", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SpecificCharacterSet.Utf8.Bytes(["ü"], DicomVr.CS));
        Assert.Throws<ArgumentException>(() => SpecificCharacterSet.Utf8.Bytes(["a\\b"], DicomVr.LO));
    }
}
