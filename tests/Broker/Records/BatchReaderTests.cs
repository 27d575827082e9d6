using System.Buffers.Binary;
using MedStreams.Broker.Records;

namespace MedStreams.Broker.Tests.Records;

public sealed class BatchReaderTests
{
    [Fact]
    public void Batches_are_found_one_after_the_other()
    {
        var one = Batches.Three().Build();
        byte[] both = [.. one, .. one];
        var reader = new BatchReader(both, checkCrc: true);
        Assert.True(reader.MoveNext());
        Assert.Equal((0, one.Length), (reader.Position, reader.End));
        Assert.True(reader.MoveNext());
        Assert.Equal((one.Length, both.Length), (reader.Position, reader.End));
        Assert.False(reader.MoveNext());
        Assert.Equal(BatchFault.None, reader.Fault);
    }

    [Fact]
    public void A_torn_tail_is_found_at_every_length()
    {
        var one = Batches.Three().Build();
        byte[] both = [.. one, .. one];
        for (var length = one.Length + 1; length < both.Length; length++)
        {
            var reader = new BatchReader(both.AsSpan(0, length), checkCrc: true);
            Assert.True(reader.MoveNext());
            Assert.False(reader.MoveNext());
            Assert.Equal((BatchFault.Incomplete, one.Length), (reader.Fault, reader.End));
            Assert.False(reader.MoveNext());
        }
    }

    [Fact]
    public void A_tail_of_zeros_is_found()
    {
        var one = Batches.Three().Build();
        for (var zeros = 1; zeros < 200; zeros += 7)
        {
            var reader = new BatchReader([.. one, .. new byte[zeros]], checkCrc: true);
            Assert.True(reader.MoveNext());
            Assert.False(reader.MoveNext());
            Assert.NotEqual(BatchFault.None, reader.Fault);
        }
    }

    [Fact]
    public void Any_bit_that_turns_is_found_but_in_what_the_broker_sets_itself()
    {
        var good = Batches.Three().Build();
        for (var bit = 0; bit < good.Length * 8; bit++)
        {
            var bytes = (byte[])good.Clone();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var fault = BatchReader.Check(bytes, checkCrc: true, out var size);
            var uncovered = bit / 8 is < BatchLayout.Length
                or (>= BatchLayout.PartitionLeaderEpoch and < BatchLayout.Magic);
            Assert.Equal(uncovered, fault == BatchFault.None);
            Assert.Equal(uncovered ? good.Length : 0, size);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Other_formats_are_refused(byte magic)
    {
        var bytes = Batches.Three().Build();
        bytes[BatchLayout.Magic] = magic;
        Assert.Equal(BatchFault.UnsupportedMagic, BatchReader.Check(bytes, checkCrc: false, out _));
        Assert.Equal(BatchFault.UnsupportedMagic, ProducedBatch.Check(bytes));
    }

    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(-1)]
    [InlineData(48)]
    public void Lengths_that_no_batch_has_are_refused(int length)
    {
        var bytes = Batches.Three().Build();
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(BatchLayout.Length), length);
        Assert.Equal(BatchFault.BadLength, BatchReader.Check(bytes, checkCrc: false, out _));
    }

    [Fact]
    public void Damaged_records_end_the_enumeration_and_never_throw()
    {
        var random = new Random(5);
        var good = Batches.Three().Build();
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])good.Clone();
            for (var flips = 1 + random.Next(4); flips > 0; flips--)
                bytes[BatchLayout.Count + random.Next(bytes.Length - BatchLayout.Count)] ^= (byte)(1 << random.Next(8));
            var read = 0;
            foreach (var record in new RecordBatch(bytes))
            {
                read++;
                foreach (var header in record.Headers)
                    read += header.Key.Length;
            }

            Assert.InRange(read, 0, bytes.Length);
        }
    }

    [Fact]
    public void Records_that_are_cut_off_or_too_many_are_a_failure()
    {
        var bytes = Batches.Three().Build();
        var batch = new RecordBatch(bytes);
        for (var length = 0; length < batch.Payload.Length; length++)
            Assert.True(Fails(batch.Enumerate(batch.Payload[..length])));
        Assert.True(Fails(batch.Enumerate([.. batch.Payload, 0])));
        Assert.False(Fails(batch.GetEnumerator()));
    }

    private static bool Fails(RecordEnumerator records)
    {
        while (records.MoveNext())
        {
        }

        return records.Failed;
    }
}
