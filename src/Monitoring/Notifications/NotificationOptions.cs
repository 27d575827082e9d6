using System.Text.RegularExpressions;
using MedStreams.Monitoring.Lag;

namespace MedStreams.Monitoring.Notifications;

/// <summary>When somebody is told that a group does badly, or well again.</summary>
public sealed record NotificationOptions
{
    /// <summary>From this status on a group does badly: <see cref="GroupStatus.Warn"/> (default) or <see cref="GroupStatus.Err"/>.</summary>
    public GroupStatus Threshold { get; init; } = GroupStatus.Warn;

    /// <summary>A status is told once it has lasted so long, good or bad; zero or more, default 1 min.</summary>
    public TimeSpan HoldFor { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What lasts is told again every so often; zero: never. Default 4 h.</summary>
    public TimeSpan Reminder { get; init; } = TimeSpan.FromHours(4);

    /// <summary>What could not be delivered for so long is given up; default 1 day.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Groups in whose names this is found; null: all.</summary>
    public Regex? Groups { get; init; }

    /// <summary>Who is told.</summary>
    public IReadOnlyList<INotificationReceiver> Receivers { get; init; } = [];
}
