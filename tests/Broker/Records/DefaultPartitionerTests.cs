using System.Text;
using MedStreams.Broker.Records;

namespace MedStreams.Broker.Tests.Records;

public sealed class DefaultPartitionerTests
{
    // What Kafka's Java client computes.
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void Hashes_are_those_of_the_Java_client(string key, int hash)
    {
        var bytes = Encoding.ASCII.GetBytes(key);
        Assert.Equal(hash, DefaultPartitioner.Murmur2(bytes));
        Assert.InRange(DefaultPartitioner.PartitionOf(bytes, 7), 0, 6);
    }
}
