using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Tests.Protocol;

public sealed class WireTests
{
    [Theory]
    [InlineData(false, "7F 8000 80000000 8000000000000000 01 0002 6869 FFFF 00000001 AA FFFFFFFF")]
    [InlineData(true, "7F 8000 80000000 8000000000000000 01 03 6869 00 02 AA 00")]
    public void Primitives_have_the_shape_of_the_protocol(bool flexible, string hex)
    {
        using var frame = new FrameWriter();
        var writer = Wire.Writer(frame, 0, flexible);
        WalkPrimitives(ref writer);
        Assert.Equal(hex.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(frame.ToArray()));

        var reader = Wire.Reader(frame.ToArray(), 0, flexible);
        WalkPrimitives(ref reader);
        Assert.False(reader.Failed);
        Assert.Equal(frame.Length, reader.Consumed);
    }

    [Fact]
    public void A_uuid_is_written_as_it_is_spelled()
    {
        using var frame = new FrameWriter();
        var writer = Wire.Writer(frame, 0, flexible: false);
        writer.Uuid(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));
        Assert.Equal("00112233445566778899AABBCCDDEEFF", Convert.ToHexString(frame.ToArray()));
    }

    [Fact]
    public void What_does_not_fit_latches_and_everything_after_it_is_empty()
    {
        var reader = Wire.Reader(new byte[] { 0, 5, 1, 1, 1, 1 }, 0, flexible: false);
        Assert.Equal("", reader.String(""));
        Assert.True(reader.Failed);
        Assert.Equal(0, reader.Int8(9));
        Assert.Equal(0, reader.Int64(9));
        Assert.Equal("", reader.String("x"));
        Assert.Null(reader.NullableString("x"));
        Assert.Empty(reader.Bytes([1]));
        Assert.Empty(reader.Int32s([1]));
        Assert.True(reader.Records(RecordData.Empty).IsNull);
        reader.End();
        Assert.True(reader.Failed);
    }

    [Theory]
    [InlineData(false, "FFFF")]
    [InlineData(true, "00")]
    public void Null_fails_where_it_is_not_allowed(bool flexible, string hex)
    {
        var reader = Wire.Reader(Convert.FromHexString(hex), 0, flexible);
        Assert.Equal("", reader.String(""));
        Assert.True(reader.Failed);

        reader = Wire.Reader(Convert.FromHexString(hex), 0, flexible);
        Assert.Null(reader.NullableString("", allowed: true));
        Assert.False(reader.Failed);

        Assert.Throws<InvalidOperationException>(() =>
        {
            using var frame = new FrameWriter();
            var writer = Wire.Writer(frame, 0, flexible);
            writer.NullableString(null, allowed: false);
        });
    }

    [Fact]
    public void A_compact_length_beyond_four_bytes_fails()
    {
        var reader = Wire.Reader(Convert.FromHexString("FFFFFFFF7F00"), 0, flexible: true);
        Assert.Empty(reader.Bytes([]));
        Assert.True(reader.Failed);

        reader = Wire.Reader(Convert.FromHexString("FFFFFFFF0F00"), 0, flexible: true);
        Assert.Empty(reader.Bytes([]));
        Assert.True(reader.Failed);
    }

    [Fact]
    public void A_text_longer_than_the_protocol_allows_is_refused_in_both_directions()
    {
        var text = new string('x', short.MaxValue + 1);
        using var frame = new FrameWriter();
        frame.WriteUnsignedVarint((uint)text.Length + 1);
        frame.Write(new byte[text.Length]);
        var reader = Wire.Reader(frame.ToArray(), 0, flexible: true);
        Assert.Equal("", reader.String(""));
        Assert.True(reader.Failed);

        Assert.Throws<InvalidOperationException>(() =>
        {
            using var other = new FrameWriter();
            var writer = Wire.Writer(other, 0, flexible: true);
            writer.String(text);
        });
    }

    [Fact]
    public void A_count_beyond_the_bytes_that_are_left_allocates_nothing()
    {
        var bytes = Convert.FromHexString("7FFFFFFF" + "00000000");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var reader = Wire.Reader(bytes, 0, flexible: false);
        Assert.Empty(reader.Int32s([]));
        Assert.True(reader.Failed);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
    }

    /// <summary>A structure takes as little as a byte of a request, and a hundred in memory.</summary>
    [Fact]
    public void More_structures_than_any_client_sends_are_not_read()
    {
        const int Count = 600_000;
        using var frame = new FrameWriter();
        frame.Write(new byte[25]);
        frame.WriteUnsignedVarint(Count + 1);
        frame.Write(Enumerable.Repeat((byte)1, Count * 2).ToArray());
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(MessageCodec.TryRead<FetchRequest>(frame.ToArray().AsMemory(), 12, out _, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5_000_000);
    }

    private static void WalkPrimitives(ref Wire w)
    {
        Assert.Equal(sbyte.MaxValue, w.Int8(sbyte.MaxValue));
        Assert.Equal(short.MinValue, w.Int16(short.MinValue));
        Assert.Equal(int.MinValue, w.Int32(int.MinValue));
        Assert.Equal(long.MinValue, w.Int64(long.MinValue));
        Assert.True(w.Bool(true));
        Assert.Equal("hi", w.String("hi"));
        Assert.Null(w.NullableString(null));
        Assert.Equal([0xAA], w.Bytes([0xAA]));
        Assert.Null(w.NullableBytes(null));
    }
}
