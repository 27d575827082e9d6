using System.Buffers.Binary;
using MedStreams.Broker.Records;

namespace MedStreams.Broker.Tests.Records;

public sealed class ProducedBatchTests
{
    [Fact]
    public void A_batch_as_clients_send_it_is_accepted()
    {
        Assert.Equal(BatchFault.None, ProducedBatch.Check(Batches.Three().Build()));
        var plain = new RecordBatchBuilder();
        plain.Append(1, null, [1]);
        Assert.Equal(BatchFault.None, ProducedBatch.Check(plain.Build()));
    }

    [Fact]
    public void Exactly_one_batch_is_wanted()
    {
        var one = Batches.Three().Build();
        Assert.Equal(BatchFault.NoBatch, ProducedBatch.Check([]));
        Assert.Equal(BatchFault.SeveralBatches, ProducedBatch.Check([.. one, .. one]));
        Assert.Equal(BatchFault.Incomplete, ProducedBatch.Check(one.AsSpan(..^1)));
    }

    [Fact]
    public void A_wrong_checksum_is_found()
    {
        var bytes = Batches.Three().Build();
        bytes[^1] ^= 1;
        Assert.Equal(BatchFault.CrcMismatch, ProducedBatch.Check(bytes));
    }

    [Fact]
    public void Markers_are_for_coordinators() =>
        Assert.Equal(BatchFault.Control, ProducedBatch.Check(new TransactionMarker(true, 0).ToBatch(0, 0, 1, 1, 1)));

    [Theory]
    [InlineData(BatchLayout.Count, 2)]
    [InlineData(BatchLayout.Count, 0)]
    [InlineData(BatchLayout.Count, -1)]
    [InlineData(BatchLayout.LastOffsetDelta, 3)]
    [InlineData(BatchLayout.LastOffsetDelta, -1)]
    [InlineData(BatchLayout.BaseSequence, -1)]
    public void Numbers_that_contradict_each_other_are_refused(int at, int value)
    {
        var bytes = Batches.With(
            Batches.Three().Build(), b => BinaryPrimitives.WriteInt32BigEndian(b.AsSpan(at), value));
        Assert.Equal(BatchFault.BadHeader, ProducedBatch.Check(bytes));
    }

    [Fact]
    public void A_transaction_needs_a_producer()
    {
        var builder = new RecordBatchBuilder { IsTransactional = true };
        builder.Append(1, null, [1]);
        Assert.Equal(BatchFault.BadHeader, ProducedBatch.Check(builder.Build()));
    }

    [Fact]
    public void A_compression_that_nobody_knows_is_refused()
    {
        var bytes = Batches.With(Batches.Three().Build(), b => b[BatchLayout.Attributes + 1] |= 5);
        Assert.Equal(BatchFault.UnknownCompression, ProducedBatch.Check(bytes));
    }
}
