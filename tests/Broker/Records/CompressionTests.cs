using System.Text;
using MedStreams.Broker.Records;

namespace MedStreams.Broker.Tests.Records;

public sealed class CompressionTests
{
    private const int Limit = 1 << 22;

    public static TheoryData<string> Compressions { get; } = [.. Enum.GetNames<CompressionType>()];

    [Theory]
    [MemberData(nameof(Compressions))]
    public void What_was_compressed_comes_back(string name)
    {
        var codec = Codec(name);
        foreach (var size in (int[])[1, 10, 1000, 32_768, 32_769, 300_000])
        {
            var bytes = Text(size);
            var compressed = codec.Compress(bytes);
            Assert.True(codec.TryDecompress(compressed, Limit, out var result), $"{size}");
            Assert.True(result.Span.SequenceEqual(bytes), $"{size}");
            Assert.True(codec.TryDecompress(compressed, size, out _), $"{size} is the limit");
            Assert.False(codec.TryDecompress(compressed, size - 1, out _), $"{size} is beyond the limit");
        }
    }

    [Theory]
    [MemberData(nameof(Compressions))]
    public void Compressed_batches_are_read(string name)
    {
        var codec = Enum.Parse<CompressionType>(name);
        Codec(name);
        var batch = new RecordBatch(Batches.Three(codec).Build());
        Assert.Equal(codec, batch.Compression);
        Assert.True(CompressionCodec.TryDecompress(batch, Limit, out var records));
        var each = batch.Enumerate(records);
        var count = 0;
        while (each.MoveNext())
            count++;
        Assert.Equal((3, false), (count, each.Failed));
    }

    [Theory]
    [MemberData(nameof(Compressions))]
    public void Damaged_bytes_never_throw_and_never_pass_the_limit(string name)
    {
        var codec = Codec(name);
        var random = new Random(3);
        var good = codec.Compress(Text(5000));
        for (var i = 0; i < 2000; i++)
        {
            var bytes = good.AsSpan(0, random.Next(4) == 0 ? random.Next(good.Length) : good.Length).ToArray();
            for (var flips = random.Next(4); flips > 0 && bytes.Length > 0; flips--)
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            if (codec.TryDecompress(bytes, 100_000, out var result))
                Assert.InRange(result.Length, 0, 100_000);
        }
    }

    [Theory]
    [InlineData("Gzip")]
    [InlineData("Lz4")]
    [InlineData("Zstd")]
    [InlineData("Snappy")]
    public void A_bomb_is_stopped_at_the_limit(string name)
    {
        var codec = Codec(name);
        var bomb = codec.Compress(new byte[50_000_000]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(codec.TryDecompress(bomb, 1_000_000, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5_000_000 + bomb.Length);
    }

    [Fact]
    public void Snappy_is_read_without_framing_too()
    {
        var codec = Codec("Snappy");

        // Length 5 and one literal of 5 bytes.
        byte[] plain = [5, 4 << 2, .. Encoding.ASCII.GetBytes("hello")];
        Assert.True(codec.TryDecompress(plain, Limit, out var result));
        Assert.Equal("hello", Encoding.ASCII.GetString(result.Span));
    }

    [Fact]
    public void An_unknown_compression_is_refused()
    {
        var bytes = Batches.Three().Build();
        bytes[BatchLayout.Attributes + 1] |= 6;
        Assert.False(CompressionCodec.TryDecompress(new RecordBatch(bytes), Limit, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => CompressionCodec.Get((CompressionType)6));
    }

    private static CompressionCodec Codec(string name)
    {
        var codec = CompressionCodec.Get(Enum.Parse<CompressionType>(name));
        Assert.SkipUnless(codec.IsAvailable, $"not run: the package {codec.Package} is not installed");
        return codec;
    }

    private static byte[] Text(int size)
    {
        var random = new Random(size);
        var bytes = new byte[size];
        for (var i = 0; i < size; i++)
            bytes[i] = (byte)(random.Next(3) == 0 ? random.Next(256) : 'a' + (i % 7));
        return bytes;
    }
}
