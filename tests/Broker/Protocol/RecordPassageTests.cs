using System.Runtime.InteropServices;
using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Tests.Protocol;

public sealed class RecordPassageTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(11)]
    public void Produced_records_point_into_the_request(short version)
    {
        byte[] records = [.. Enumerable.Range(0, 5000).Select(i => (byte)i)];
        var request = new ProduceRequest
        {
            TopicData = [new() { Name = "t", PartitionData = [new() { Records = new RecordData(records) }] }],
        };
        using var frame = MessageCodec.WriteRequest(1, null, version, request);
        var bytes = frame.ToArray();

        Assert.True(RequestFrame.TryRead(bytes.AsMemory(4), out var read));
        Assert.True(read.TryReadBody(out ProduceRequest body));
        var passed = body.TopicData[0].PartitionData[0].Records;
        Assert.Equal(1, passed.PieceCount);
        Assert.True(MemoryMarshal.TryGetArray(passed.Piece(0), out var segment));
        Assert.Same(bytes, segment.Array);
        Assert.Equal(records, segment.ToArray());
    }

    [Theory]
    [InlineData(4)]
    [InlineData(12)]
    public void Fetched_records_leave_in_the_pieces_that_they_came_in(short version)
    {
        ReadOnlyMemory<byte>[] pieces = [new byte[2000], new byte[3000], new byte[10]];
        var response = new FetchResponse
        {
            Responses = [new() { Topic = "t", Partitions = [new() { Records = new RecordData(pieces) }, new()] }],
        };
        using var frame = MessageCodec.WriteResponse(1, version, response);

        var segments = frame.Segments.ToList();
        Assert.Equal([2000, 3000], segments.Where(s => s.Length >= 2000).Select(s => s.Length));
        Assert.All(segments.Where(s => s.Length >= 2000).Zip(pieces), pair => Assert.Equal(pair.Second, pair.First));

        var header = version >= 12 ? 9 : 8;
        var body = frame.ToArray().AsMemory(header);
        Assert.True(MessageCodec.TryRead(body, version, out FetchResponse read, out var consumed));
        Assert.Equal(body.Length, consumed);
        Assert.Equal(5010, read.Responses[0].Partitions[0].Records.Length);
        Assert.True(read.Responses[0].Partitions[1].Records.IsNull);
    }

    [Fact]
    public void Null_and_empty_records_differ()
    {
        Assert.True(default(RecordData).IsNull);
        Assert.False(RecordData.Empty.IsNull);
        Assert.Equal(0, RecordData.Empty.Length);
        Assert.Equal([1, 2, 3], new RecordData([new byte[] { 1 }, new byte[] { 2, 3 }]).ToMemory().ToArray());
    }
}
