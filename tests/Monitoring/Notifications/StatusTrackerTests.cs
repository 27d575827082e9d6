using MedStreams.Monitoring.Lag;
using MedStreams.Monitoring.Notifications;

namespace MedStreams.Monitoring.Tests.Notifications;

/// <summary>Which changes of status are told.</summary>
public sealed class StatusTrackerTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddDays(20_000);
    private readonly StatusTracker _tracker = new(new NotificationOptions { HoldFor = TimeSpan.FromMinutes(1), Reminder = TimeSpan.FromHours(1) });
    private DateTimeOffset _now = Start;

    [Fact]
    public void A_status_is_told_once_it_has_lasted()
    {
        Assert.Null(Look(GroupStatus.Err));
        Assert.Null(Look(GroupStatus.Err, 59));
        var told = Look(GroupStatus.Err, 1)!;
        Assert.Equal((StatusEventKind.Opened, "ERR", "OK", Start), (told.Kind, told.Status, told.Previous, told.Since));
        Assert.Null(Look(GroupStatus.Err, 60));
        Assert.Null(Look(GroupStatus.Ok, 1));
        Assert.Null(Look(GroupStatus.Ok, 59));
        told = Look(GroupStatus.Ok, 1)!;
        Assert.Equal((StatusEventKind.Closed, "OK", "ERR"), (told.Kind, told.Status, told.Previous));
        Assert.Null(Look(GroupStatus.Ok, 3600));
    }

    [Fact]
    public void What_flickers_is_not_told()
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.Null(Look(GroupStatus.Err, 30));
            Assert.Null(Look(GroupStatus.Ok, 30));
        }

        Look(GroupStatus.Err, 30);
        Assert.Equal(StatusEventKind.Opened, Look(GroupStatus.Err, 60)!.Kind);
        for (var i = 0; i < 20; i++)
        {
            Assert.Null(Look(GroupStatus.Ok, 30));
            Assert.Null(Look(GroupStatus.Err, 30));
        }
    }

    [Fact]
    public void Between_two_bad_statuses_it_is_bad_all_the_time()
    {
        Look(GroupStatus.Warn);
        Look(GroupStatus.Err, 30);
        Look(GroupStatus.Warn, 29);
        Assert.Equal("WARN", Look(GroupStatus.Warn, 1)!.Status);
        Assert.Null(Look(GroupStatus.Err, 1));
        var told = Look(GroupStatus.Err, 60)!;
        Assert.Equal((StatusEventKind.Changed, "ERR", "WARN"), (told.Kind, told.Status, told.Previous));
    }

    [Fact]
    public void What_lasts_is_told_again()
    {
        Look(GroupStatus.Err);
        Assert.Equal(StatusEventKind.Opened, Look(GroupStatus.Err, 60)!.Kind);
        Assert.Null(Look(GroupStatus.Err, 3599));
        Assert.Equal(StatusEventKind.Reminder, Look(GroupStatus.Err, 1)!.Kind);
        Assert.Null(Look(GroupStatus.Err, 3599));
        Assert.Equal(StatusEventKind.Reminder, Look(GroupStatus.Err, 1)!.Kind);
    }

    [Fact]
    public void A_group_that_is_gone_is_told_as_closed_and_forgotten()
    {
        Look(GroupStatus.Err);
        Look(GroupStatus.Err, 60);
        Assert.Empty(_tracker.Missing("c", new HashSet<string>(), _now));
        _now += TimeSpan.FromMinutes(1);
        var told = Assert.Single(_tracker.Missing("c", new HashSet<string>(), _now));
        Assert.Equal((StatusEventKind.Closed, "NOTFOUND", "ERR"), (told.Kind, told.Status, told.Previous));
        Assert.Empty(_tracker.Missing("c", new HashSet<string>(), _now));
    }

    [Fact]
    public void What_could_not_be_seen_does_not_count()
    {
        Look(GroupStatus.Err);
        _tracker.Interrupt("c");
        Assert.Null(Look(GroupStatus.Err, 60));
        Assert.NotNull(Look(GroupStatus.Err, 60));
    }

    [Fact]
    public void Below_the_threshold_it_is_good()
    {
        var tracker = new StatusTracker(new NotificationOptions { Threshold = GroupStatus.Err, HoldFor = TimeSpan.Zero });
        Assert.Null(tracker.Look("c", "g", Lag(GroupStatus.Warn), _now));
        Assert.Equal(StatusEventKind.Opened, tracker.Look("c", "g", Lag(GroupStatus.Err), _now)!.Kind);
        Assert.Equal((StatusEventKind.Closed, "WARN"), Of(tracker.Look("c", "g", Lag(GroupStatus.Warn), _now)!));
    }

    [Fact]
    public void A_cluster_out_of_sight_is_told()
    {
        Assert.Null(_tracker.Look("c", isReachable: true, _now));
        Assert.Null(_tracker.Look("c", isReachable: false, _now));
        Assert.Equal((StatusEventKind.Opened, "UNREACHABLE"), Of(_tracker.Look("c", isReachable: false, _now + TimeSpan.FromMinutes(1))!));
    }

    private static (StatusEventKind Kind, string Status) Of(StatusEvent told) => (told.Kind, told.Status);

    private static GroupLag Lag(GroupStatus status) => new(status, 1, 7, null, []);

    private StatusEvent? Look(GroupStatus status, int seconds = 0)
    {
        _now += TimeSpan.FromSeconds(seconds);
        return _tracker.Look("c", "g", Lag(status), _now);
    }
}
