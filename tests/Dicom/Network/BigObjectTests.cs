using System.Buffers.Binary;
using System.Numerics;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Services;

namespace MedStreams.Dicom.Tests.Network;

/// <summary>Alone in the process, since allocations are counted for all of it.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Objects larger than any buffer.</summary>
[Collection(nameof(Alone))]
public sealed class BigObjectTests
{
    [Fact]
    public async Task Two_gigabytes_go_over_in_flat_memory()
    {
        const long length = (2L << 30) + 1234;
        var handler = new CountingHandler();
        await using var server = TestNetwork.Serve(new DicomHandlers { Store = handler });
        await using var association = await TestNetwork.OpenAsync(server.Peer(), TestNetwork.Of(TestNetwork.SecondaryCapture));
        GC.Collect();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var status = await association.StoreAsync(
            TestNetwork.SecondaryCapture, "1.2.3", TransferSyntax.ExplicitLittleEndian, new GeneratedStream(length), TestContext.Current.CancellationToken);
        Assert.Equal(DimseStatus.Success, status);
        Assert.Equal((length, GeneratedStream.Sum(length)), (handler.Length, handler.Sum));

        // User and provider together allocate what tasks need, far below a hundredth of what went over.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 40 << 20);
    }

    private sealed class CountingHandler : IStoreHandler
    {
        public long Length { get; private set; }

        public ulong Sum { get; private set; }

        public async Task<DimseStatus> StoreAsync(IncomingInstance instance, CancellationToken cancellationToken)
        {
            var buffer = new byte[64 << 10];
            while (await instance.DataSet.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) is var count and > 0)
            {
                Sum += GeneratedStream.SumOf(buffer.AsSpan(0, count));
                Length += count;
            }

            return DimseStatus.Success;
        }
    }

    /// <summary>Blocks of 64 KiB, each of one value, made as they are read.</summary>
    private sealed class GeneratedStream(long length) : Stream
    {
        private long _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get => _at; set => throw new NotSupportedException(); }

        public static ulong Sum(long length)
        {
            var (sum, buffer, stream) = (0UL, new byte[64 << 10], new GeneratedStream(length));
            while (stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) is var count and > 0)
                sum += SumOf(buffer.AsSpan(0, count));
            return sum;
        }

        public static ulong SumOf(ReadOnlySpan<byte> bytes)
        {
            var sum = 0UL;
            for (; bytes.Length >= 8; bytes = bytes[8..])
                sum = BitOperations.RotateLeft(sum, 1) + BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            foreach (var one in bytes)
                sum += one;
            return sum;
        }

        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Min(Math.Min(buffer.Length, length - _at), 0x10000 - (_at & 0xFFFF));
            buffer[..count].Fill((byte)(_at >> 16));
            _at += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
