using System.Text;
using System.Text.Json;
using MedStreams.Monitoring.Page;
using MedStreams.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Monitoring.Tests.Page;

public sealed class LiveStateTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Who_comes_gets_everything_and_then_what_changes()
    {
        var (one, two) = (new SetPart("one", new { A = 1 }), new SetPart("two", new { B = 1 }));
        await using var live = Make(new ManualTime(), out var time, one, two);
        await live.Join().WaitAsync(TimeSpan.FromSeconds(30));
        var seen = 0L;
        Assert.Equal(["now", "one", "two"], Parts(live.Since(ref seen)).Keys.Order());
        two.Value = new { B = 2 };
        await LookAsync(live, time);
        var changed = Parts(live.Since(ref seen));
        Assert.Equal(["now", "two"], changed.Keys.Order());
        Assert.Equal(2, changed["two"].GetProperty("b").GetInt32());
    }

    [Fact]
    public async Task Who_is_slow_misses_looks_and_no_change()
    {
        var (one, two) = (new SetPart("one", 1), new SetPart("two", 1));
        await using var live = Make(new ManualTime(), out var time, one, two);
        await live.Join().WaitAsync(TimeSpan.FromSeconds(30));
        var slow = 0L;
        live.Since(ref slow);
        for (var i = 2; i <= 5; i++)
        {
            (one.Value, two.Value) = (i, i < 4 ? i : null);
            await LookAsync(live, time);
        }

        var merged = Parts(live.Since(ref slow));
        Assert.Equal(5, merged["one"].GetInt32());
        Assert.Equal(JsonValueKind.Null, merged["two"].ValueKind);
        var late = 0L;
        Assert.DoesNotContain("two", Parts(live.Since(ref late)).Keys);
    }

    [Fact]
    public async Task Two_hundred_that_look_on_cost_one_reading_one_writing_and_one_frame()
    {
        var part = new SetPart("one", 1);
        await using var live = Make(new ManualTime(), out var time, part);
        var seen = new long[200];
        for (var i = 0; i < seen.Length; i++)
            await live.Join().WaitAsync(TimeSpan.FromSeconds(30));
        foreach (ref var s in seen.AsSpan())
            live.Since(ref s);
        var (reads, writes, frames) = (part.Reads, live.Serialisations, live.Frames);
        part.Value = 2;
        await LookAsync(live, time);
        var bodies = new List<ReadOnlyMemory<byte>>();
        foreach (ref var s in seen.AsSpan())
            bodies.Add(live.Since(ref s));
        Assert.Equal((1, 2, 1), (part.Reads - reads, live.Serialisations - writes, live.Frames - frames)); // the part and the clock; one frame
        Assert.All(bodies, b => Assert.True(b.Equals(bodies[0])));
    }

    [Fact]
    public async Task Nothing_is_read_while_nobody_looks()
    {
        var part = new SetPart("one", 1);
        await using var live = Make(new ManualTime(), out var time, part);
        await LookAsync(live, time);
        await LookAsync(live, time);
        Assert.Equal(0, part.Reads);
        await live.Join().WaitAsync(TimeSpan.FromSeconds(30));
        var seen = 0L;
        Assert.Contains("one", Parts(live.Since(ref seen)).Keys);
        live.Leave();
        await LookAsync(live, time);
        var reads = part.Reads;
        await LookAsync(live, time);
        Assert.Equal(reads, part.Reads);
    }

    [Fact]
    public async Task A_part_that_fails_is_absent_and_said_to_and_the_others_go_on()
    {
        var (bad, good) = (new SetPart("bad", new InvalidOperationException("Mrs. Miller, born 1950")), new SetPart("good", 1));
        await using var live = Make(new ManualTime(), out var time, bad, good);
        await live.Join().WaitAsync(TimeSpan.FromSeconds(30));
        var seen = 0L;
        var parts = Parts(live.Since(ref seen));
        Assert.Equal("InvalidOperationException", parts["faults"].GetProperty("bad").GetString());
        Assert.Equal(["faults", "good", "now"], parts.Keys.Order());
        bad.Value = 7;
        await LookAsync(live, time);
        parts = Parts(live.Since(ref seen));
        Assert.Equal(7, parts["bad"].GetInt32());
        Assert.Equal(JsonValueKind.Null, parts["faults"].ValueKind);
    }

    [Fact]
    public async Task A_part_that_hangs_holds_up_no_other()
    {
        using var stop = new CancellationTokenSource();
        await using var live = Make(new ManualTime(), out var time, new HangingPart(), new SetPart("good", 1));
        var joined = live.Join();
        await Eventually.Holds(() =>
        {
            time.Advance(Second / 10); // until patience ends
            return joined.IsCompleted;
        });
        var seen = 0L;
        Assert.Equal(["good", "now"], Parts(live.Since(ref seen)).Keys.Order());
    }

    private static LiveState Make(ManualTime clock, out ManualTime time, params IPagePart[] parts) =>
        new(parts, Second, time = clock, NullLogger.Instance);

    /// <summary>Moves the time until there was another look.</summary>
    private static async Task LookAsync(LiveState live, ManualTime time)
    {
        var next = live.Next;
        await Eventually.Holds(() =>
        {
            if (!next.IsCompleted)
                time.Advance(Second / 10);
            return next.IsCompleted;
        });
    }

    private static Dictionary<string, JsonElement> Parts(ReadOnlyMemory<byte> frame)
    {
        var text = Encoding.UTF8.GetString(frame.Span);
        const string Begin = "event: state\ndata: ";
        Assert.StartsWith(Begin, text, StringComparison.Ordinal);
        return JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(text[Begin.Length..])!;
    }

    private sealed class HangingPart : IPagePart
    {
        public string Name => "hangs";

        public async ValueTask<object?> ReadAsync(CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return null;
        }
    }
}
