namespace MedStreams.Monitoring.Lag;

/// <summary>How a group does with one partition, as Burrow names it. From <see cref="Stop"/> on it is an error of the group.</summary>
public enum PartitionStatus
{
    /// <summary>It keeps up, or catches up.</summary>
    Ok,

    /// <summary>It goes on, and its lag never falls.</summary>
    Warn,

    /// <summary>It lags and has committed nothing for longer than its commits before spanned.</summary>
    Stop,

    /// <summary>It lags and commits the same offset again and again.</summary>
    Stall,

    /// <summary>It lags and went back to an earlier offset, and has not come again to where it was.</summary>
    Rewind,
}

/// <summary>How a group does with all its partitions, as Burrow names it.</summary>
public enum GroupStatus
{
    /// <summary>No such group is known, or its last commit is too old.</summary>
    NotFound,

    /// <summary>Every partition is.</summary>
    Ok,

    /// <summary>A partition is slow, and none is worse.</summary>
    Warn,

    /// <summary>A partition stands still or went back.</summary>
    Err,
}
