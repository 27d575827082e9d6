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
        _pace.OnEnd(1000, 1300);

        Assert.False(_pace.IsDue(1599));
        Assert.True(_pace.IsDue(1600));
    }

    [Fact]
    public void A_commit_that_failed_is_not_tried_again_before_the_interval_is_over()
    {
        _pace.OnBegin(1000);

        Assert.False(_pace.IsDue(1099));
        Assert.True(_pace.IsDue(1100));
    }
}
