using System.Text;
using MedStreams.Cli.Records;

namespace MedStreams.Cli.Tests;

public sealed class InputLinesTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("a", new[] { "a" })]
    [InlineData("a\n", new[] { "a" })]
    [InlineData("a\n\nb\r\n", new[] { "a", "", "b\r" })]
    public async Task Lines_end_at_line_feeds(string text, string[] expected)
    {
        var lines = new List<string>();
        await foreach (var line in InputLines.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), TestContext.Current.CancellationToken))
            lines.Add(Encoding.UTF8.GetString(line));
        Assert.Equal(expected, lines);
    }

    [Fact]
    public async Task A_line_may_be_longer_than_the_buffer()
    {
        var text = new string('x', 300_000) + "\n" + new string('y', 300_000);
        var lengths = new List<int>();
        await foreach (var line in InputLines.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), TestContext.Current.CancellationToken))
            lengths.Add(line.Length);
        Assert.Equal([300_000, 300_000], lengths);
    }

    [Fact]
    public async Task A_read_that_never_returns_is_left_behind()
    {
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            await foreach (var _ in InputLines.ReadAsync(new SilentStream(), stop.Token))
                Assert.Fail("nothing was written");
        }, TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    /// <summary>As a terminal where nobody types: a read neither ends nor can be cancelled.</summary>
    private sealed class SilentStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(new TaskCompletionSource<int>().Task);
    }
}
