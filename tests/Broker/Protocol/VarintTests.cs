using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Tests.Protocol;

public sealed class VarintTests
{
    [Theory]
    [InlineData(0L, "00")]
    [InlineData(-1L, "01")]
    [InlineData(1L, "02")]
    [InlineData(63L, "7E")]
    [InlineData(-64L, "7F")]
    [InlineData(64L, "8001")]
    [InlineData((long)int.MaxValue, "FEFFFFFF0F")]
    [InlineData((long)int.MinValue, "FFFFFFFF0F")]
    [InlineData(long.MaxValue, "FEFFFFFFFFFFFFFFFF01")]
    [InlineData(long.MinValue, "FFFFFFFFFFFFFFFFFF01")]
    public void Signed_numbers_are_zigzag_coded(long value, string hex)
    {
        var bytes = new byte[Varint.MaxSize64];
        var size = Varint.WriteSigned(bytes, value);
        Assert.Equal(hex, Convert.ToHexString(bytes.AsSpan(0, size)));
        Assert.Equal(size, Varint.SizeOfSigned(value));
        Assert.Equal(size, Varint.TryReadSigned(bytes, out long read));
        Assert.Equal(value, read);
        if (value is >= int.MinValue and <= int.MaxValue)
        {
            Assert.Equal(size, Varint.TryReadSigned(bytes, out int narrow));
            Assert.Equal(value, narrow);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("FFFFFFFFFF")]
    [InlineData("FFFFFFFF10")]
    [InlineData("8080808080808080808000")]
    [InlineData("FFFFFFFFFFFFFFFFFF02")]
    public void Numbers_that_end_early_or_are_too_large_are_refused(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.Equal(0, Varint.TryRead(bytes, out var unsigned));
        Assert.Equal(0u, unsigned);
        if (bytes.Length is < 5 or > 9)
            Assert.Equal(0, Varint.TryReadSigned(bytes, out long _));
    }

    [Theory]
    [InlineData(0u, 1)]
    [InlineData(127u, 1)]
    [InlineData(128u, 2)]
    [InlineData(16_383u, 2)]
    [InlineData(16_384u, 3)]
    [InlineData(uint.MaxValue, 5)]
    public void Sizes_of_unsigned_numbers(uint value, int size)
    {
        var bytes = new byte[Varint.MaxSize32];
        Assert.Equal(size, Varint.SizeOf(value));
        Assert.Equal(size, Varint.Write(bytes, value));
        Assert.Equal(size, Varint.TryRead(bytes, out var read));
        Assert.Equal(value, read);
    }
}
