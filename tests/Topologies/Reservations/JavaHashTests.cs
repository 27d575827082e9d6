using MedStreams.Topologies.Reservations;

namespace MedStreams.Topologies.Tests.Reservations;

public sealed class JavaHashTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 97)]
    [InlineData("hello", 99162322)]
    [InlineData("polygenelubricants", int.MinValue)]
    [InlineData("预约", 1242786)]
    [InlineData("\U0001F600", 1772899)]
    public void S4_1_the_hash_is_that_of_Java(string text, int hash) => Assert.Equal(hash, JavaHash.Of(text));

    [Theory]
    [InlineData(int.MinValue, 3, 2)] // 2147483648 mod 3
    [InlineData(int.MinValue, 4, 0)]
    [InlineData(int.MaxValue, 10, 7)]
    [InlineData(-1, 5, 1)]
    [InlineData(0, 7, 0)]
    [InlineData(12, 1, 0)]
    public void S4_1_the_partition_is_abs_hash_mod_N_without_overflow(int hash, int n, int partition) =>
        Assert.Equal(partition, JavaHash.Partition(hash, n));

    [Fact]
    public void S4_1_the_number_whose_hash_is_the_smallest_integer_has_a_partition()
    {
        for (var n = 1; n <= 64; n++)
            Assert.Equal((int)(2147483648L % n), JavaHash.Partition("polygenelubricants", n));
    }

    [Fact]
    public void S4_1_a_number_of_partitions_below_one_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => JavaHash.Partition("1", 0));

    [Theory]
    [InlineData(3, 2, 6)]
    [InlineData(1, 1, 1)]
    public void S4_2_N_is_containers_times_servers(int containers, int servers, int n)
    {
        var options = new ReservationsOptions { Containers = containers, Servers = servers };

        Assert.Equal(n, options.Partitions);
        Assert.Equal(JavaHash.Partition("4711", n), ReservationsTopology.Partition(options, "4711", n));
        var error = Assert.Throws<ArgumentException>(() => ReservationsTopology.Partition(options, "4711", n + 1));
        Assert.Contains($"reservations.by-number has {n + 1} partitions, and Containers x Servers is {containers} x {servers} = {n}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void S4_2_factors_out_of_range_are_refused() =>
        Assert.Throws<ArgumentException>(() => new ReservationsOptions { Servers = 0 }.Validate());
}
