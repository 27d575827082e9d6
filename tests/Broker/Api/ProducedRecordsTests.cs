using MedStreams.Broker.Api;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;
using MedStreams.Broker.Tests.Storage;

namespace MedStreams.Broker.Tests.Api;

public sealed class ProducedRecordsTests
{
    private const long Now = 1_700_000_000_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Records_out_of_time_are_named_and_the_batch_is_refused(bool compressed)
    {
        var settings = new TopicSettings
        {
            TimestampBeforeMax = TimeSpan.FromSeconds(10),
            TimestampAfterMax = TimeSpan.FromSeconds(5),
        };
        var compression = compressed ? CompressionType.Gzip : CompressionType.None;
        Assert.Equal(ErrorCode.None, Prepare(Batch(compression, Now, Now - 10_000, Now + 5_000, -1), settings).Error);
        var refused = Prepare(Batch(compression, Now, Now - 10_001, Now, Now + 5_001), settings);
        Assert.Equal(ErrorCode.InvalidTimestamp, refused.Error);
        Assert.Equal([1, 3], refused.Records!.Select(record => record.BatchIndex));
        Assert.Null(refused.Batch);

        // Where the broker's clock counts, the producers' times do not matter.
        Assert.Equal(ErrorCode.None, Prepare(Batch(compression, 0), settings with { LogAppendTime = true }).Error);
    }

    [Fact]
    public void Producers_do_not_set_append_times()
    {
        var batch = Batch(CompressionType.None, Now);
        BatchPatch.SetLogAppendTime(batch, Now);
        Assert.Equal(ErrorCode.InvalidTimestamp, Prepare(batch, new TopicSettings()).Error);
        Assert.Equal(ErrorCode.None, Prepare(batch, new TopicSettings { LogAppendTime = true }).Error);
    }

    [Fact]
    public void All_records_without_key_are_named_where_keys_are_needed()
    {
        var builder = new RecordBatchBuilder();
        builder.Append(Now, [1], [1]);
        builder.Append(Now, null, [1]);
        builder.Append(Now, null, null);
        var refused = Prepare(builder.Build(), new TopicSettings { Compact = true });
        Assert.Equal(ErrorCode.InvalidRecord, refused.Error);
        Assert.Equal([1, 2], refused.Records!.Select(record => record.BatchIndex));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 4)]
    [InlineData(4, 0)]
    [InlineData(0, 4)]
    public void A_topic_with_its_own_compression_stores_the_same_records_in_it(byte from, byte to)
    {
        var builder = new RecordBatchBuilder
        {
            Compression = (CompressionType)from,
            ProducerId = 7,
            ProducerEpoch = 1,
            BaseSequence = 5,
            IsTransactional = true,
        };
        for (var i = 0; i < 20; i++)
            builder.Append(Now + i, [(byte)i], [1, 2, 3], [new RecordHeader("h", [9])]);
        var batch = builder.Build();
        var prepared = Prepare(batch, new TopicSettings { Compression = (CompressionType)to });
        Assert.Equal(ErrorCode.None, prepared.Error);
        Assert.Equal(BatchFault.None, ProducedBatch.Check(prepared.Batch));
        var stored = new RecordBatch(prepared.Batch);
        Assert.Equal((CompressionType)to, stored.Compression);
        Assert.Equal((7L, (short)1, 5, true, 20), (stored.ProducerId, stored.ProducerEpoch, stored.BaseSequence, stored.IsTransactional, stored.Count));
        Assert.True(CompressionCodec.TryDecompress(new RecordBatch(batch), 1 << 20, out var before));
        Assert.True(CompressionCodec.TryDecompress(stored, 1 << 20, out var after));
        Assert.True(before.SequenceEqual(after));
        Assert.Null(Prepare(prepared.Batch!, new TopicSettings { Compression = (CompressionType)to }).Batch);
    }

    [Fact]
    public void A_batch_that_grows_beyond_the_largest_is_refused()
    {
        var builder = new RecordBatchBuilder { Compression = CompressionType.Gzip };
        builder.Append(Now, null, new byte[10_000]);
        var settings = new TopicSettings { Compression = CompressionType.None, MaxMessageBytes = 5_000 };
        Assert.Equal(ErrorCode.MessageTooLarge, Prepare(builder.Build(), settings).Error);
    }

    [Theory]
    [InlineData(CompressionType.Gzip, 1, 9)]
    [InlineData(CompressionType.Zstd, 1, 19)]
    [InlineData(CompressionType.Lz4, 9, 12)]
    internal void Levels_say_how_hard_is_compressed(CompressionType type, int low, int high)
    {
        var random = new Random(1);
        var words = Enumerable.Range(0, 500).Select(i => $"word{i * 7919} ").ToArray();
        var text = System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(_ => words[random.Next(words.Length)])));
        var codec = CompressionCodec.Get(type);
        var (fast, hard) = (codec.Compress(text, low), codec.Compress(text, high));
        Assert.True(hard.Length < fast.Length, $"{hard.Length} >= {fast.Length}");
        Assert.True(codec.TryDecompress(hard, 1 << 20, out var back));
        Assert.True(back.Span.SequenceEqual(text));
    }

    private static PreparedBatch Prepare(byte[] batch, TopicSettings settings) =>
        ProducedRecords.Prepare(batch, settings, new SettableClock { Now = Now });

    private static byte[] Batch(CompressionType compression, params long[] timestamps)
    {
        var builder = new RecordBatchBuilder { Compression = compression };
        foreach (var timestamp in timestamps)
            builder.Append(timestamp, [1], [1]);
        return builder.Build();
    }
}
