using System.Runtime.InteropServices;
using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Tests.Protocol;

public sealed class FrameWriterTests
{
    [Fact]
    public void Large_memory_is_attached_and_small_memory_copied()
    {
        var large = new byte[FrameWriter.AttachFrom];
        using var frame = new FrameWriter(16);
        frame.Write([1, 2]);
        frame.Attach(large);
        frame.Attach(new byte[] { 3 });
        frame.Write([4]);

        var segments = frame.Segments.ToList();
        Assert.Equal([2, large.Length, 2], segments.Select(s => s.Length));
        Assert.True(MemoryMarshal.TryGetArray(segments[1], out var array));
        Assert.Same(large, array.Array);
        Assert.Equal(large.Length + 4, frame.Length);
        Assert.Equal([1, 2, .. large, 3, 4], frame.ToArray());
    }

    [Fact]
    public void A_number_inserted_before_attached_memory_moves_it()
    {
        var large = new byte[FrameWriter.AttachFrom];
        using var frame = new FrameWriter(16);
        frame.Write([1]);
        frame.Attach(large);
        frame.Write([2]);
        frame.InsertUnsignedVarint(1, 300);
        Assert.Equal([1, 0xAC, 0x02, .. large, 2], frame.ToArray());
    }

    [Fact]
    public void The_buffer_grows_and_keeps_what_it_has()
    {
        using var frame = new FrameWriter(1);
        for (var i = 0; i < 10_000; i++)
            frame.Write([(byte)i]);
        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => (byte)i), frame.ToArray());
    }

    [Fact]
    public void Disposing_twice_is_harmless()
    {
        var frame = new FrameWriter();
        frame.Write([1]);
        frame.Dispose();
        frame.Dispose();
        Assert.Equal(0, frame.Length);
    }
}
