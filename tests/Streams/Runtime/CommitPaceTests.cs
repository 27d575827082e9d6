using MedStreams.Streams.Runtime;

namespace MedStreams.Streams.Tests.Runtime;

public sealed class CommitPaceTests
{
    private readonly CommitPace _pace = new(interval: 100);

    [Fact]
    public void Commits_begin_one_interval_apart_however_long_each_takes()
    {
        _pace.OnBegin(1000);
        _pace.OnEnd(1000, 1020);

        Assert.False(_pace.IsDue(1099));
        Assert.True(_pace.IsDue(1100));
    }

    [Fact]
    public void A_slow_commit_leaves_as_much_time_for_work_as_it_took()
    {
        _pace.OnBegin(1000);
        _pace.OnEnd(1000, 1080);

        Assert.False(_pace.IsDue(1159));
        Assert.True(_pace.IsDue(1160));
    }

    [Fact]
    public void However_slow_a_commit_is_the_next_one_is_due_an_interval_after_its_end()
    {
        _pace.OnBegin(1000);
        _pace.OnEnd(1000, 1300);

        Assert.False(_pace.IsDue(1399));
        Assert.True(_pace.IsDue(1400));
    }

    [Fact]
    public void Without_an_interval_a_commit_is_always_due()
    {
        var pace = new CommitPace(interval: 0);
        pace.OnBegin(1000);
        pace.OnEnd(1000, 1030);

        Assert.True(pace.IsDue(1030));
    }

    [Fact]
    public void A_commit_that_failed_is_not_tried_again_before_the_interval_is_over()
    {
        _pace.OnBegin(1000);

        Assert.False(_pace.IsDue(1099));
        Assert.True(_pace.IsDue(1100));
    }
}
