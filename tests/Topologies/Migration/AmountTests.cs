using MedStreams.Topologies.Migration;

namespace MedStreams.Topologies.Tests.Migration;

/// <summary>Amounts are added in any order, and compared as S3.10 says.</summary>
public sealed class AmountTests
{
    private static readonly string High = new('f', 64);

    [Fact]
    public void S3_10_the_digest_of_a_study_does_not_depend_on_the_order_of_its_objects()
    {
        Amount[] objects = [Amount.Of("1", 10, High), Amount.Of("2", 20, new string('1', 64)), Amount.Of("3", 30, new string('2', 64))];
        var forth = objects.Aggregate(Amount.None, Amount.Add);
        var back = objects.Reverse().Aggregate(Amount.None, Amount.Add);
        Assert.Equal(forth, back);
        Assert.Equal((3, 60), (forth.Objects, forth.Bytes));
        Assert.Equal(Completeness.Equal, forth.Against(back));
    }

    [Fact]
    public void Digests_are_added_with_their_carries()
    {
        var one = new Amount(0, 0, new string('0', 63) + "1");
        Assert.Equal(new string('0', 64), (new Amount(0, 0, High) + one).Digest);
        Assert.Equal(new string('0', 55) + "100000000", (new Amount(0, 0, new string('0', 56) + "ffffffff") + one).Digest);
    }

    [Fact]
    public void S3_10_two_objects_that_have_changed_places_are_different()
    {
        var there = Amount.Of("1", 10, new string('1', 64)) + Amount.Of("2", 10, new string('2', 64));
        var expected = Amount.Of("1", 10, new string('2', 64)) + Amount.Of("2", 10, new string('1', 64));
        Assert.Equal(Completeness.Different, there.Against(expected));
    }

    [Theory]
    [InlineData(2, 10L, Completeness.Equal)]
    [InlineData(1, 10L, Completeness.Less)]
    [InlineData(3, 10L, Completeness.More)]
    [InlineData(2, 11L, Completeness.Different)]
    [InlineData(2, null, Completeness.Equal)]
    public void S3_10_fewer_more_and_other_bytes_are_told_apart_and_what_is_not_known_is_not_compared(int objects, long? bytes, Completeness expected) =>
        Assert.Equal(expected, new Amount(objects, bytes, null).Against(new Amount(2, 10, High)));

    [Fact]
    public void What_is_not_known_of_a_part_is_not_known_of_the_sum()
    {
        var sum = Amount.Of("1", null, null) + Amount.Of("2", 20, High);
        Assert.Equal((2, null, null), (sum.Objects, sum.Bytes, sum.Digest));
    }
}
