using MedStreams.Streams.Runtime;

namespace MedStreams.Streams.Tests.Runtime.Assignment;

public sealed class HashRingTests
{
    private const int PointsOfAnInstance = 128;
    private static readonly string[] Instances = ["a", "b", "c"];

    [Fact]
    public void S2_2_The_first_instance_clockwise_of_a_shards_point_is_the_first_in_turn()
    {
        var ring = new HashRing(Instances);
        var points = Instances.SelectMany(name => Enumerable.Range(0, PointsOfAnInstance).Select(i => (Point: HashRing.Hash($"{name}#{i}"), Name: name))).ToList();
        for (var shard = 0; shard < 200; shard++)
        {
            var at = HashRing.Hash($"2_{shard}");
            var clockwise = points.MinBy(p => unchecked(p.Point - at)).Name; // the distance on a circle of 2^32 points

            Assert.Equal(clockwise, Instances[Array.IndexOf(ring.Turns($"2_{shard}"), 0)]);
        }
    }
}
