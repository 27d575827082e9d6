using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Tests.Protocol;

public sealed class ApiTableTests
{
    [Fact]
    public void Ranges_lie_within_each_other()
    {
        Assert.Equal(Enum.GetValues<ApiKey>(), ApiTable.All.Select(a => a.Key));
        Assert.All(ApiTable.All, api =>
        {
            Assert.True(api.Known.Contains(api.Advertised.Lowest), api.Name);
            Assert.True(api.Known.Contains(api.Advertised.Highest), api.Name);
            Assert.True(api.Advertised.Contains(api.Served.Lowest), api.Name);
            Assert.Equal(api.Advertised.Highest, api.Served.Highest);
        });
    }

    [Theory]
    [InlineData("Produce", 0, 3, 7)]
    [InlineData("Fetch", 4, 10, 11)]
    [InlineData("ListOffsets", 0, 1, 2)]
    [InlineData("FindCoordinator", 0, 1, 2)]
    [InlineData("InitProducerId", 0, 1, 4)]
    [InlineData("SaslHandshake", 0, 1, 1)]
    [InlineData("OffsetCommit", 1, 2, 7)]
    [InlineData("Metadata", 0, 1, 4)]
    public void The_versions_by_which_clients_know_features_are_advertised(string name, short a, short b, short c)
    {
        var range = ApiTable.Get(Enum.Parse<ApiKey>(name)).Advertised;
        Assert.True(range.Contains(a) && range.Contains(b) && range.Contains(c), $"{name} {range}");
    }

    [Fact]
    public void Produce_is_advertised_from_0_but_served_from_3()
    {
        var produce = ApiTable.Get(ApiKey.Produce);
        Assert.Equal(new VersionRange(0, 11), produce.Advertised);
        Assert.Equal(new VersionRange(3, 11), produce.Served);
    }

    [Fact]
    public void Unknown_keys_are_unknown()
    {
        Assert.Null(ApiTable.Find((ApiKey)4));
        Assert.Null(ApiTable.Find((ApiKey)(-1)));
        Assert.Null(ApiTable.Find((ApiKey)short.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => ApiTable.Get((ApiKey)4));
    }
}
