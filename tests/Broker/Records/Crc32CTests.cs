using System.Text;
using MedStreams.Broker.Records;

namespace MedStreams.Broker.Tests.Records;

public sealed class Crc32CTests
{
    [Fact]
    public void The_published_check_values_hold()
    {
        Assert.Equal(0u, Crc32C.Compute([]));
        Assert.Equal(0xE3069283u, Crc32C.Compute(Encoding.ASCII.GetBytes("123456789")));

        // RFC 3720, B.4: thirty-two bytes of zeros, of ones, ascending and descending.
        Assert.Equal(0x8A9136AAu, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Compute([.. Enumerable.Repeat((byte)0xFF, 32)]));
        Assert.Equal(0x46DD794Eu, Crc32C.Compute([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        Assert.Equal(0x113FDB5Cu, Crc32C.Compute([.. Enumerable.Range(0, 32).Select(i => (byte)(31 - i))]));
    }

    [Fact]
    public void Every_length_agrees_with_the_definition_wherever_it_is_cut()
    {
        var bytes = new byte[70];
        new Random(1).NextBytes(bytes);
        for (var length = 0; length <= bytes.Length; length++)
        {
            var whole = bytes.AsSpan(bytes.Length - length);
            var expected = ByDefinition(whole);
            Assert.Equal(expected, Crc32C.Compute(whole));
            var cut = length / 3;
            Assert.Equal(expected, Crc32C.Append(Crc32C.Compute(whole[..cut]), whole[cut..]));
        }
    }

    private static uint ByDefinition(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78u);
        }

        return ~crc;
    }
}
