using System.Text;
using MedStreams.Streams.Dsl.ForeignKeys;

namespace MedStreams.Streams.Tests.Dsl;

/// <summary>MurmurHash3, 128 bits, x64.</summary>
public sealed class ValueHashTests
{
    /// <summary>Values that Apache Hive, where Kafka's implementation comes from, publishes for the seed 123.</summary>
    [Theory]
    [InlineData("21", 5857341059704281894L, -5288187638297930763L)]
    [InlineData("foobar", -351361463397418609L, 8959716011862540668L)]
    [InlineData("a-little-bit-long-string", 8836256500583638442L, -198172363548498523L)]
    [InlineData("a-little-bit-longer-string", 1838346159335108511L, 8794688210320490705L)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -4024021876037397259L, -1482317706335141238L)]
    [InlineData("abc", 1489494923063836066L, -5440978547625122829L)]
    public void Hashes_equal_published_ones(string text, long first, long second) =>
        Assert.Equal(new ValueHash(first, second), ValueHash.Of(Encoding.UTF8.GetBytes(text), seed: 123));

    [Theory]
    [InlineData("", -7122613646888064702L, -8341524471658347240L)]
    [InlineData("a", 3702349557448790408L, -1601067453332442517L)]
    [InlineData("p|17", -1048606906207545236L, -2523882822891473200L)]
    [InlineData("0123456789abcdef", 1904622552327088487L, -2893518741649893711L)]
    [InlineData("a-little-bit-longer-string than sixteen", 4391689445377405141L, 8056192919110993105L)]
    public void With_the_seed_of_Kafka_Streams_hashes_are_its_own(string text, long first, long second) =>
        Assert.Equal(new ValueHash(first, second), ValueHash.Of(Encoding.UTF8.GetBytes(text)));
}
