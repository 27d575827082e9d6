using MedStreams.Topologies.Increments.Counting;

namespace MedStreams.Topologies.Tests.Counting;

public sealed class DistinctSketchTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(512)]
    public void Small_sets_are_counted_exactly(int distinct) => Assert.Equal(distinct, Of(Things("a", distinct)).Estimate());

    [Theory]
    [InlineData(513)]
    [InlineData(2_000)]
    [InlineData(10_000)]
    [InlineData(20_000)]
    [InlineData(200_000)]
    public void Estimates_stay_within_four_standard_errors(int distinct)
    {
        var squares = 0.0;
        const int Runs = 12;
        for (var run = 0; run < Runs; run++)
        {
            var error = (Of(Things($"run{run}-", distinct)).Estimate() / (double)distinct) - 1;
            Assert.InRange(Math.Abs(error), 0, 4 * DistinctSketch.StandardError);
            squares += error * error;
        }

        Assert.InRange(Math.Sqrt(squares / Runs), 0, 2 * DistinctSketch.StandardError);
    }

    [Fact]
    public void Adding_again_changes_nothing()
    {
        var sketch = Of(Things("a", 5_000));
        var before = sketch.ToBytes();

        Assert.All(Things("a", 5_000), thing => Assert.False(sketch.Add(DistinctSketch.HashOf(thing))));
        Assert.Equal(before, sketch.ToBytes());
    }

    [Theory]
    [InlineData(300)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(3_000)]
    public void The_order_does_not_matter(int distinct)
    {
        var things = Things("a", distinct).ToArray();
        var forward = Of(things).ToBytes();
        new Random(1).Shuffle(things);

        Assert.Equal(forward, Of(things).ToBytes());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(512)]
    [InlineData(4_000)]
    public void Bytes_give_the_same_sketch(int distinct)
    {
        var sketch = Of(Things("a", distinct));
        var bytes = sketch.ToBytes();
        var read = DistinctSketch.FromBytes(bytes);

        Assert.NotNull(read);
        Assert.Equal(bytes, read.ToBytes());
        Assert.Equal(sketch.Estimate(), read.Estimate());
        Assert.InRange(bytes.Length, 1, 3073);
    }

    [Theory]
    [InlineData(10, 20)]
    [InlineData(400, 400)]
    [InlineData(10, 5_000)]
    [InlineData(5_000, 10)]
    [InlineData(5_000, 6_000)]
    public void Merging_is_the_sketch_of_the_union(int left, int right)
    {
        var merged = Of(Things("a", left));
        merged.Merge(Of(Things("a", right / 2).Concat(Things("b", right))));

        Assert.Equal(Of(Things("a", Math.Max(left, right / 2)).Concat(Things("b", right))).ToBytes(), merged.ToBytes());
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0180")]
    [InlineData("01FFFFFFFFFF")]
    [InlineData("010500")]
    [InlineData("0201")]
    public void Other_bytes_are_no_sketch(string hex) => Assert.Null(DistinctSketch.FromBytes(Convert.FromHexString(hex)));

    private static IEnumerable<string> Things(string prefix, int count) => Enumerable.Range(0, count).Select(i => prefix + i);

    private static DistinctSketch Of(IEnumerable<string> things)
    {
        var sketch = new DistinctSketch();
        foreach (var thing in things)
            sketch.Add(DistinctSketch.HashOf(thing));
        return sketch;
    }
}
