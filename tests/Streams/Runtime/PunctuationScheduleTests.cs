using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Tests.Runtime;

public sealed class PunctuationScheduleTests
{
    [Fact]
    public void A_late_punctuator_fires_once_and_keeps_its_rhythm()
    {
        var schedule = new PunctuationSchedule();
        var fired = new List<long>();
        schedule.Add(10, PunctuationType.WallClockTime, 0, fired.Add);

        foreach (var now in new long[] { 5, 10, 12, 47, 48, 50 })
            schedule.Fire(PunctuationType.WallClockTime, now);

        Assert.Equal([10, 47, 50], fired);
    }

    [Fact]
    public void A_cancelled_punctuator_is_silent_and_does_not_wake_anybody()
    {
        var schedule = new PunctuationSchedule();
        schedule.Add(10, PunctuationType.WallClockTime, 0, _ => Assert.Fail("It was called off.")).Cancel();

        Assert.False(schedule.Fire(PunctuationType.WallClockTime, 100));
        Assert.Equal(long.MaxValue, schedule.NextWallClock);
    }

    [Fact]
    public void A_punctuator_may_schedule_another_while_it_fires()
    {
        var schedule = new PunctuationSchedule();
        var fired = new List<string>();
        schedule.Add(10, PunctuationType.WallClockTime, 0, now =>
        {
            fired.Add("first");
            if (fired.Count == 1)
                schedule.Add(1, PunctuationType.WallClockTime, now, _ => fired.Add("second"));
        });

        schedule.Fire(PunctuationType.WallClockTime, 10);
        schedule.Fire(PunctuationType.WallClockTime, 11);

        Assert.Equal(["first", "second"], fired);
    }
}
