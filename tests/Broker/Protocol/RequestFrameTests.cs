using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Tests.Protocol;

public sealed class RequestFrameTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(12)]
    public void A_request_is_read_as_it_was_written(short version)
    {
        var request = new MetadataRequest { Topics = [new() { Name = "é" }], AllowAutoTopicCreation = false };
        using var frame = MessageCodec.WriteRequest(77, "client", version, request);
        var bytes = frame.ToArray();
        Assert.Equal(bytes.Length - 4, bytes[2] * 256 + bytes[3]);

        Assert.True(RequestFrame.TryRead(bytes.AsMemory(4), out var read));
        Assert.True(read.IsServed);
        Assert.Equal((ApiKey.Metadata, version, 77, "client"), (
            read.Header.RequestApiKey, read.Header.RequestApiVersion, read.Header.CorrelationId, read.Header.ClientId));
        Assert.True(read.TryReadBody(out MetadataRequest body));
        Assert.Equal("é", Assert.Single(body.Topics!).Name);
        Assert.Equal(version < 4, body.AllowAutoTopicCreation);
    }

    [Theory]
    [InlineData("0012" + "0063" + "00000007" + "FFFFFFFF", true)]
    [InlineData("7FFF" + "0000" + "00000007" + "FFFF", false)]
    [InlineData("FFFF" + "0000" + "00000007", false)]
    [InlineData("0000" + "0002" + "00000007" + "0000", true)]
    public void What_is_not_served_still_has_its_correlation_id(string hex, bool known)
    {
        Assert.True(RequestFrame.TryRead(Convert.FromHexString(hex), out var read));
        Assert.False(read.IsServed);
        Assert.Equal(known, read.Api is not null);
        Assert.Equal(7, read.Header.CorrelationId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00120000000000")]
    [InlineData("0012" + "0000" + "00000007" + "0005" + "61")]
    [InlineData("0012" + "0003" + "00000007" + "FFFF" + "01")]
    public void A_header_that_is_cut_off_is_refused(string hex) =>
        Assert.False(RequestFrame.TryRead(Convert.FromHexString(hex), out _));

    [Fact]
    public void Header_version_2_keeps_a_client_id_of_two_bytes_length_and_skips_tags()
    {
        var hex = "0012" + "0003" + "00000007" + "0001" + "61" + "01" + "0502AABB" + "0261" + "0262" + "00";
        Assert.True(RequestFrame.TryRead(Convert.FromHexString(hex), out var read));
        Assert.Equal("a", read.Header.ClientId);
        Assert.True(read.TryReadBody(out ApiVersionsRequest body));
        Assert.Equal(("a", "b"), (body.ClientSoftwareName, body.ClientSoftwareVersion));
    }

    [Fact]
    public void The_response_to_ApiVersions_always_has_a_header_without_tags()
    {
        using var frame = MessageCodec.WriteResponse(7, 3, new ApiVersionsResponse());
        Assert.Equal("0000000C" + "00000007" + "0000" + "01" + "00000000" + "00", Convert.ToHexString(frame.ToArray()));
    }
}
