using MedStreams.Dicom.Pacs;

namespace MedStreams.Dicom.Tests.Pacs;

/// <summary>Where objects rest on their way: in bounded memory, else in files.</summary>
public sealed class SpoolTests : IDisposable
{
    private const int Piece = 128 << 10;
    private const int Large = 5 << 20;
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-spool-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private int Files => Directory.EnumerateFiles(_folder).Count();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(Piece, 0)]
    [InlineData(Piece + 1, 0)]
    [InlineData((4 << 20) - 1, 0)]
    [InlineData(Large, 1)]
    public async Task What_is_written_is_read_small_objects_from_memory_and_large_ones_from_a_file(int length, int files)
    {
        var spool = new Spool(_folder);
        var bytes = Bytes(length);
        await using (var content = await FilledAsync(spool, bytes))
        {
            Assert.Equal(files, Files);
            Assert.Equal((length, length), (content.Length, spool.Used));
            Assert.Equal(bytes, await ReadAsync(content));
            await using var again = content.OpenRead();
            again.Position = length / 2;
            Assert.Equal(length, again.Length);
            Assert.Equal(bytes[(length / 2)..], await ReadAsync(again));
            again.Seek(-Math.Min(3, length), SeekOrigin.End);
            Assert.Equal(bytes[^Math.Min(3, length)..], await ReadAsync(again));
        }

        Assert.Equal((0, 0), (spool.Used, Files));
    }

    [Fact]
    public async Task Memory_is_bounded_and_what_has_no_room_in_it_goes_into_a_file_and_into_memory_again_later()
    {
        var spool = new Spool(_folder, memory: 3 * Piece);
        var (two, three) = (Bytes(2 * Piece), Bytes(3 * Piece));
        await using (var first = await FilledAsync(spool, two))
        {
            await using var second = await FilledAsync(spool, three); // the first piece in memory, until there is no other
            Assert.Equal(1, Files);
            Assert.Equal(two, await ReadAsync(first));
            Assert.Equal(three, await ReadAsync(second));
        }

        await using var later = await FilledAsync(spool, three);
        Assert.Equal(0, Files);
        Assert.Equal(three, await ReadAsync(later));
    }

    [Fact]
    public async Task Who_reads_an_object_that_goes_reads_it_and_never_the_next_one()
    {
        var spool = new Spool(_folder, memory: 2 * Piece);
        var (mine, other) = (Bytes(2 * Piece), Bytes(2 * Piece, seed: 2));
        var content = await FilledAsync(spool, mine);
        await using var reader = content.OpenRead();
        await content.DisposeAsync();

        await using var next = await FilledAsync(spool, other);

        Assert.Equal(0, Files); // what the reader holds counts no more
        Assert.Equal(mine, await ReadAsync(reader));
        Assert.Equal(other, await ReadAsync(next));
    }

    [Fact]
    public async Task A_full_spool_lets_the_next_object_wait_until_one_has_left()
    {
        var spool = new Spool(_folder, limit: 100);
        var first = await FilledAsync(spool, Bytes(100));
        var waiting = spool.CreateAsync(Stop).AsTask();
        Assert.False(waiting.IsCompleted);

        await first.DisposeAsync();

        await using var second = await waiting;
        Assert.Equal(0, second.Length);
    }

    [Fact]
    public async Task What_passes_through_nowhere_is_counted_and_cannot_be_read()
    {
        await using var content = await FilledAsync(Spool.Nowhere, Bytes(Large));

        Assert.Equal((Large, 0), (content.Length, Spool.Nowhere.Used));
        Assert.Throws<InvalidOperationException>(content.OpenRead);
    }

    [Fact]
    public async Task An_object_that_was_given_up_half_written_leaves_nothing()
    {
        var spool = new Spool(_folder);
        foreach (var length in (int[])[100, Large])
        {
            var content = await spool.CreateAsync(Stop);
            var writer = content.OpenWrite();
            await writer.WriteAsync(Bytes(length), Stop);
            await content.DisposeAsync();
            await Assert.ThrowsAsync<ObjectDisposedException>(async () => await writer.WriteAsync(new byte[1], Stop));
        }

        Assert.Equal((0, 0), (spool.Used, Files));
    }

    private static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task<SpooledContent> FilledAsync(Spool spool, byte[] bytes)
    {
        var content = await spool.CreateAsync(Stop);
        await using var to = content.OpenWrite();
        for (var at = 0; at < bytes.Length; at += 50_021) // no divisor of a piece
            await to.WriteAsync(bytes.AsMemory(at, Math.Min(50_021, bytes.Length - at)), Stop);
        return content;
    }

    private static async Task<byte[]> ReadAsync(SpooledContent content)
    {
        await using var from = content.OpenRead();
        return await ReadAsync(from);
    }

    private static async Task<byte[]> ReadAsync(Stream from)
    {
        using var to = new MemoryStream();
        await from.CopyToAsync(to, Stop);
        return to.ToArray();
    }
}
