using System.Text;
using MedStreams.Dicom.Web;

namespace MedStreams.Dicom.Tests.Web;

public sealed class MultipartReaderTests
{
    private const string Message =
        "preamble\r\n--b\r\nContent-Type: application/dicom\r\nX-Folded: one\r\n two\r\n\r\nfirst\r\n--bx is content\r\n--b \t\r\n\r\n\r\n--b\r\n" +
        "content-length: 5\r\n\r\n\r\n-\r\n\r\n--b--\r\nepilogue";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task Parts_come_whole_whatever_the_portions(int portion)
    {
        using var reader = new MultipartReader(new Portions(Encoding.Latin1.GetBytes(Message), portion), "b");
        var first = (await reader.NextAsync())!;
        Assert.Equal("application/dicom", first.ContentType);
        Assert.Equal("one two", first.Headers["x-folded"]);
        Assert.Equal("first\r\n--bx is content", await TextAsync(first));
        var second = (await reader.NextAsync())!;
        Assert.Equal("", await TextAsync(second));
        Assert.Equal("", second.ContentType);
        Assert.Equal("\r\n-\r\n", await TextAsync((await reader.NextAsync())!));
        Assert.Null(await reader.NextAsync());
        Assert.Null(await reader.NextAsync());
    }

    [Fact]
    public async Task What_is_not_read_of_a_part_is_passed_over_and_cannot_be_read_later()
    {
        using var reader = new MultipartReader(new Portions(Encoding.Latin1.GetBytes(Message), 3), "b");
        var first = (await reader.NextAsync())!;
        await reader.NextAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => TextAsync(first));
        Assert.NotNull(await reader.NextAsync());
        Assert.Null(await reader.NextAsync());
    }

    [Fact]
    public async Task Every_end_that_comes_too_early_is_noticed()
    {
        var whole = Encoding.Latin1.GetBytes(Message);
        var closed = Message.IndexOf("--b--", StringComparison.Ordinal) + 5;
        for (var length = 0; length < closed; length++)
        {
            var cut = whole.AsMemory(0, length).ToArray();
            var error = await Assert.ThrowsAsync<DicomWebException>(() => DrainAsync(new Portions(cut, 5)));
            Assert.Equal(DicomWebError.Truncated, error.Error);
            Assert.True(error.MayBeRepeated);
        }

        Assert.Equal(3, await DrainAsync(new Portions(whole[..closed], 5)));
    }

    [Theory]
    [InlineData("--b\r\nno colon\r\n\r\nx\r\n--b--", DicomWebError.Malformed, "byte 15")]
    [InlineData("--b\r\nContent-Length: 2\r\n\r\nabc\r\n--b--", DicomWebError.Malformed, "byte 29")]
    [InlineData("--b\r\nA: 0123456789012345678901234567890123456789\r\n\r\nabc\r\n--b--", DicomWebError.TooLarge, "headers")]
    [InlineData("0123456789012345678901234567890123456789\r\n--b\r\n\r\nabc\r\n--b--", DicomWebError.TooLarge, "in front")]
    [InlineData("--b\r\n\r\n0123456789012345678901234567890123456789\r\n--b--", DicomWebError.TooLarge, "a part of more than")]
    [InlineData("--b\r\n\r\n1\r\n--b\r\n\r\n2\r\n--b\r\n\r\n3\r\n--b\r\n\r\n4\r\n--b--", DicomWebError.TooLarge, "more than 3 parts")]
    public async Task Hostile_messages_end_with_a_reason_and_a_place(string message, DicomWebError expected, string tells)
    {
        var limits = new MultipartLimits { HeaderBytes = 30, PreambleBytes = 30, PartBytes = 30, Parts = 3 };
        var error = await Assert.ThrowsAsync<DicomWebException>(() => DrainAsync(new Portions(Encoding.Latin1.GetBytes(message), 4), limits));
        Assert.Equal(expected, error.Error);
        Assert.Contains(tells, error.Message, StringComparison.Ordinal);
        Assert.Contains("at byte ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Random_content_that_is_full_of_near_boundaries_comes_out_again()
    {
        var random = new Random(7);
        for (var run = 0; run < 300; run++)
        {
            var boundary = run % 2 == 0 ? "-" : "--\r-";
            boundary = boundary.Replace("\r", "", StringComparison.Ordinal) + "a";
            var parts = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Noise(random, boundary)).ToList();
            var message = new MemoryStream();
            foreach (var part in parts)
                message.Write([.. Encoding.Latin1.GetBytes($"\r\n--{boundary}\r\n\r\n"), .. part]);
            message.Write(Encoding.Latin1.GetBytes($"\r\n--{boundary}--"));
            using var reader = new MultipartReader(new Portions(message.ToArray(), random.Next(1, 40)), boundary);
            foreach (var part in parts)
                Assert.Equal(Convert.ToHexString(part), Convert.ToHexString(await BytesAsync((await reader.NextAsync())!)));
            Assert.Null(await reader.NextAsync());
        }
    }

    [Fact]
    public async Task Random_bytes_never_do_more_than_fail()
    {
        var random = new Random(11);
        string[] tokens = ["\r\n", "--b", "--", "\r", "\n", "-", "b", ":", " ", "X", "\r\n--b", "\r\n\r\n"];
        var outcomes = new HashSet<string>();
        for (var run = 0; run < 5_000; run++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => tokens[random.Next(tokens.Length)]));
            try
            {
                await DrainAsync(new Portions([.. "--b\r\n"u8, .. Encoding.Latin1.GetBytes(text)], random.Next(1, 9)));
                outcomes.Add("whole");
            }
            catch (DicomWebException e)
            {
                outcomes.Add(e.Error.ToString());
            }
        }

        Assert.Equal(["Malformed", "Truncated", "whole"], outcomes.Order(StringComparer.OrdinalIgnoreCase));
    }

    private static byte[] Noise(Random random, string boundary)
    {
        while (true)
        {
            var alphabet = Encoding.Latin1.GetBytes("\r\n-ax");
            var bytes = Enumerable.Range(0, random.Next(0, 200)).Select(_ => alphabet[random.Next(alphabet.Length)]).ToArray();
            var text = "\r\n" + Encoding.Latin1.GetString(bytes) + "\r\n--";
            if (!text.Contains($"\r\n--{boundary}\r\n", StringComparison.Ordinal) && !text.Contains($"\r\n--{boundary}--", StringComparison.Ordinal)
                && !text.Contains($"\r\n--{boundary}\n", StringComparison.Ordinal))
                return bytes;
        }
    }

    private static async Task<int> DrainAsync(Stream from, MultipartLimits? limits = null)
    {
        using var reader = new MultipartReader(from, "b", limits);
        var parts = 0;
        for (; await reader.NextAsync() is { } part; parts++)
            await BytesAsync(part);
        return parts;
    }

    private static async Task<byte[]> BytesAsync(MultipartPart part)
    {
        var to = new MemoryStream();
        await part.Content.CopyToAsync(to, 11);
        return to.ToArray();
    }

    private static async Task<string> TextAsync(MultipartPart part) => Encoding.Latin1.GetString(await BytesAsync(part));
}

/// <summary>Bytes that come in small portions.</summary>
internal sealed class Portions(byte[] bytes, int portion) : MemoryStream(bytes)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer.Length > portion ? buffer[..portion] : buffer, cancellationToken);
}
