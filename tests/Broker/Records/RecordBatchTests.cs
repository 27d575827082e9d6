using System.Text;
using MedStreams.Broker.Records;
using Record = MedStreams.Broker.Records.Record;

namespace MedStreams.Broker.Tests.Records;

public sealed class RecordBatchTests
{
    [Fact]
    public void What_was_built_is_read()
    {
        var bytes = Batches.Three().Build();
        var batch = new RecordBatch(bytes);
        Assert.Equal(bytes.Length, batch.Size);
        Assert.Equal((100, 102, 103), (batch.BaseOffset, batch.LastOffset, batch.NextOffset));
        Assert.Equal((1000, 1005), (batch.BaseTimestamp, batch.MaxTimestamp));
        Assert.Equal((7L, (short)1), (batch.ProducerId, batch.ProducerEpoch));
        Assert.Equal((40, 42), (batch.BaseSequence, batch.LastSequence));
        Assert.Equal((3, (byte)2, batch.ComputeCrc()), (batch.Count, batch.Magic, batch.Crc));
        Assert.Equal(BatchAttributes.None, batch.Attributes);

        var records = batch.GetEnumerator();
        Assert.True(records.MoveNext());
        Assert.Equal((100, 1000, true, true), Head(records.Current));
        Assert.Equal([1], records.Current.Key.ToArray());
        Assert.Equal([2, 2], records.Current.Value.ToArray());
        var headers = records.Current.Headers;
        Assert.Equal(2, headers.Count);
        Assert.True(headers.MoveNext());
        Assert.Equal("h", Encoding.UTF8.GetString(headers.Current.Key));
        Assert.Equal([9], headers.Current.Value.ToArray());
        Assert.True(headers.MoveNext());
        Assert.Equal("é", Encoding.UTF8.GetString(headers.Current.Key));
        Assert.False(headers.Current.HasValue);
        Assert.False(headers.MoveNext());
        Assert.False(headers.Failed);

        Assert.True(records.MoveNext());
        Assert.Equal((101, 999, false, true), Head(records.Current));
        Assert.True(records.MoveNext());
        Assert.Equal((102, 1005, true, false), Head(records.Current));
        Assert.False(records.MoveNext());
        Assert.False(records.Failed);
    }

    [Theory]
    [InlineData(-1, 5, -1)]
    [InlineData(0, 0, 0)]
    [InlineData(int.MaxValue, 0, int.MaxValue)]
    [InlineData(int.MaxValue, 1, 0)]
    [InlineData(int.MaxValue - 1, 3, 1)]
    public void Sequences_wrap_to_zero(int baseSequence, int delta, int last)
    {
        var builder = new RecordBatchBuilder { BaseSequence = baseSequence };
        builder.AppendAt(delta, 0, null, null);
        Assert.Equal(last, new RecordBatch(builder.Build()).LastSequence);
    }

    [Fact]
    public void Gaps_that_compaction_leaves_are_kept()
    {
        var builder = new RecordBatchBuilder { BaseOffset = 10 };
        builder.AppendAt(12, 0, [1], [1]);
        builder.AppendAt(17, 0, [2], [2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.AppendAt(17, 0, [2], [2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Build(lastOffset: 16));
        var batch = new RecordBatch(builder.Build(lastOffset: 30));
        Assert.Equal((10, 30, 2), (batch.BaseOffset, batch.LastOffset, batch.Count));
        var offsets = new List<long>();
        foreach (var record in batch)
            offsets.Add(record.Offset);
        Assert.Equal([12, 17], offsets);
    }

    [Fact]
    public void A_batch_of_which_nothing_is_left_keeps_its_offsets_and_producer()
    {
        var bytes = new RecordBatchBuilder { BaseOffset = 5, ProducerId = 3, ProducerEpoch = 0, BaseSequence = 8 }
            .Build(lastOffset: 9);
        Assert.Equal(BatchFault.None, BatchReader.Check(bytes, checkCrc: true, out var size));
        Assert.Equal(BatchLayout.Records, size);
        var batch = new RecordBatch(bytes);
        Assert.Equal((0, 9, 12), (batch.Count, batch.LastOffset, batch.LastSequence));
        Assert.False(batch.GetEnumerator().MoveNext());
    }

    [Fact]
    public void Place_is_set_without_touching_the_checksum()
    {
        var bytes = Batches.Three().Build();
        var crc = new RecordBatch(bytes).Crc;
        BatchPatch.SetPlace(bytes, 5_000_000_000, 3);
        var batch = new RecordBatch(bytes);
        Assert.Equal((5_000_000_000, 3, crc), (batch.BaseOffset, batch.PartitionLeaderEpoch, batch.ComputeCrc()));
    }

    [Fact]
    public void The_time_of_appending_replaces_the_producers()
    {
        var bytes = Batches.Three().Build();
        BatchPatch.SetLogAppendTime(bytes, 77_000);
        Assert.Equal(BatchFault.None, BatchReader.Check(bytes, checkCrc: true, out _));
        var batch = new RecordBatch(bytes);
        Assert.True(batch.IsLogAppendTime);
        foreach (var record in batch)
            Assert.Equal(77_000, record.Timestamp);
    }

    [Fact]
    public void The_delete_horizon_stands_in_the_base_timestamp()
    {
        var bytes = Batches.Three().Build();
        Assert.Null(new RecordBatch(bytes).DeleteHorizon);
        bytes[BatchLayout.Attributes + 1] |= (byte)BatchAttributes.HasDeleteHorizon;
        Assert.Equal(1000, new RecordBatch(bytes).DeleteHorizon);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Markers_come_back(bool commit)
    {
        var marker = new TransactionMarker(commit, CoordinatorEpoch: 12);
        var batch = new RecordBatch(marker.ToBatch(50, 2, 7, 3, 1234));
        Assert.True(batch.IsControl && batch.IsTransactional);
        Assert.Equal((7L, (short)3, -1), (batch.ProducerId, batch.ProducerEpoch, batch.BaseSequence));
        Assert.Equal(marker, TransactionMarker.Read(batch));
        Assert.Null(TransactionMarker.Read(new RecordBatch(Batches.Three().Build())));
    }

    private static (long Offset, long Timestamp, bool HasKey, bool HasValue) Head(Record record) =>
        (record.Offset, record.Timestamp, record.HasKey, record.HasValue);
}
