using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Tests.Protocol;

public sealed class TagTests
{
    [Fact]
    public void Versions_that_are_not_flexible_have_no_tags()
    {
        Assert.Equal([0, 0, 0, 7], Write(new Tagged { Plain = 7, Text = "lost" }, flexible: false));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(20_000)]
    public void Fields_come_back_whatever_their_size(int size)
    {
        var bytes = Write(new Tagged { Plain = 7, Text = new string('x', size), Number = 5 }, flexible: true);
        var read = Read(bytes, out var failed, out var consumed);
        Assert.False(failed);
        Assert.Equal(bytes.Length, consumed);
        Assert.Equal((7, size, 5), (read.Plain, read.Text!.Length, read.Number));
    }

    [Fact]
    public void Defaults_are_not_written() =>
        Assert.Equal("0000000700", Convert.ToHexString(Write(new Tagged { Plain = 7 }, flexible: true)));

    [Fact]
    public void Unknown_fields_are_skipped()
    {
        // Tags 0 (unknown), 1 (the text "a"), 9 (unknown), then what follows the structure.
        var bytes = Convert.FromHexString("00000007" + "03" + "0002FFFF" + "01020261" + "0900" + "EE");
        var read = Read(bytes, out var failed, out var consumed);
        Assert.False(failed);
        Assert.Equal("a", read.Text);
        Assert.Equal(15, consumed);
    }

    [Theory]
    [InlineData("02" + "03020000" + "01020261", "descending tags")]
    [InlineData("02" + "01020261" + "01020261", "a tag twice")]
    [InlineData("01" + "01050261", "a size beyond the bytes")]
    [InlineData("01" + "0103026100", "a size beyond the value")]
    [InlineData("01" + "01010261", "a size within the value")]
    [InlineData("FFFFFFFF0F", "a count beyond the bytes")]
    [InlineData("01" + "01", "no size")]
    public void Sections_that_contradict_themselves_fail(string section, string why)
    {
        Read(Convert.FromHexString("00000007" + section), out var failed, out _);
        Assert.True(failed, why);
    }

    [Fact]
    public void Fields_in_the_wrong_order_cannot_be_written() =>
        Assert.Throws<InvalidOperationException>(() =>
        {
            using var frame = new FrameWriter();
            var w = Wire.Writer(frame, 0, flexible: true);
            var tags = w.OpenTags();
            w.Tag(ref tags, 2, present: true);
            w.CloseTag(ref tags);
            w.Tag(ref tags, 1, present: true);
        });

    private static byte[] Write(Tagged value, bool flexible)
    {
        using var frame = new FrameWriter();
        var w = Wire.Writer(frame, 0, flexible);
        value.Walk(ref w);
        return frame.ToArray();
    }

    private static Tagged Read(byte[] bytes, out bool failed, out int consumed)
    {
        var value = new Tagged();
        var w = Wire.Reader(bytes, 0, flexible: true);
        value.Walk(ref w);
        failed = w.Failed;
        consumed = w.Consumed;
        return value;
    }

    private sealed class Tagged : IWireStruct
    {
        public int Plain { get; set; }

        public string? Text { get; set; }

        public int Number { get; set; }

        public void Walk(ref Wire w)
        {
            Plain = w.Int32(Plain);
            var tags = w.OpenTags();
            if (w.Tag(ref tags, 1, Text is not null))
            {
                Text = w.NullableString(Text);
                w.CloseTag(ref tags);
            }

            if (w.Tag(ref tags, 2, Number != 0))
            {
                Number = w.Int32(Number);
                w.CloseTag(ref tags);
            }

            w.CloseTags(ref tags);
        }
    }
}
