namespace MedStreams.Streams.Runtime;

/// <summary>
/// A stream thread's part in its group: from the start of a generation to the decision that tells what to do in it. The member with the smallest
/// name decides. Owned by the thread.
/// </summary>
internal sealed class GroupMembership(ThreadParts parts)
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollSlice = TimeSpan.FromMilliseconds(10);

    // A view that is not stable is about to change; a leader that does not decide may be stopped for as long as its session lasts.
    private static readonly TimeSpan ViewPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan DecisionPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(5);

    private IReadOnlyList<GroupMember>? _living;
    private int _generation;
    private long? _since;
    private bool _hasDecided;

    /// <summary>The decision of the present generation; null until it is known.</summary>
    public GroupDecision? Current { get; private set; }

    /// <summary>True while a generation has begun and its decision has not come.</summary>
    public bool IsWaiting => _living is not null && Current is null;

    private StreamsConfig Config => parts.Config;

    /// <summary>A generation begins: looks who is in it.</summary>
    public void OnJoined(string memberId, int generation)
    {
        _generation = generation;
        (_living, _hasDecided, Current) = (null, false, null);
        _since = Config.Clock.GetTimestamp();
        if (parts.Admin.TryMembers(Config.ApplicationId, CallTimeout) is not { } members || members.All(m => m.MemberId != memberId))
        {
            RuntimeLog.ViewNotStable(parts.Logger, parts.Name);
            return;
        }

        var known = members.Select(m => MemberIdentity.Parse(m.ClientId) is { } identity ? new GroupMember(m.MemberId, identity, m.Host) : null)
            .OfType<GroupMember>().ToList();
        ThrowIfTwin(known, memberId);
        _living = GroupMember.Living(known);
        parts.Group.Begin(this);
    }

    /// <summary>Asks all members to stop for good; returns when they can read it, or after a while.</summary>
    public void AskShutdown()
    {
        var known = _living?.Select(m => m.MemberId) ?? parts.Group.Latest?.Members.Values.Select(m => m.MemberId) ?? [];
        RuntimeLog.ShutdownAsked(parts.Logger, parts.Name);
        parts.Group.AskShutdownAsync(known).Wait(ShutdownPatience);
    }

    /// <summary>The generation is over.</summary>
    public void OnEnded()
    {
        (_living, _since, Current) = (null, null, null);
        parts.Group.End(this);
    }

    /// <summary>Waits a little for the decision, or makes it; null while it is not there.</summary>
    public GroupDecision? TryTake()
    {
        if (_living is null)
            return null;
        parts.Group.Poll(PollSlice);
        if (parts.Group.Find(_generation, _living) is { } decision)
        {
            (Current, _since) = (decision, null);
            parts.Group.End(this);
            return decision;
        }

        if (!_hasDecided && _living[0].Identity.Name == parts.Identity.Name)
            Decide();
        return null;
    }

    /// <summary>Answers, once, whether this generation comes to nothing, so that another should be asked for.</summary>
    public bool IsForgotten()
    {
        if (_since is not { } since
            || Config.Clock.GetElapsedTime(since) <= (_living is null ? ViewPatience : DecisionPatience))
        {
            return false;
        }

        _since = null;
        return true;
    }

    private void Decide()
    {
        var counts = parts.Admin.TryPartitionCounts(CallTimeout);
        if (counts is null || !parts.Group.TryCatchUp() || parts.Group.Find(_generation, _living!) is not null)
            return;
        var members = _living!.ToDictionary(
            m => m.Identity.Name, m => new DecidedMember(m.MemberId, m.Identity.Endpoint));
        var previous = parts.Group.Latest?.Assignment;
        var decision = parts.Group.IsShutdownAsked(_living!)
            ? new GroupDecision(
                _generation, members, previous ?? new(new Dictionary<MemberName, MemberTasks>(), new Dictionary<TaskId, string>()), counts)
            {
                IsShutdown = true,
            }
            : new GroupDecision(_generation, members, Assign(parts.Topics.Refresh(counts), previous), counts);
        decision = decision with { After = parts.Group.HighestGeneration };
        if (parts.Topics.HasPatterns)
            new TopicPreparation(Config, parts.Topics.Topology, parts.Admin).Complete(parts.Topics.Latest, counts);
        parts.Group.Publish(decision);
        _hasDecided = true;
    }

    private GroupAssignment Assign(InternalTopics topics, GroupAssignment? previous) => TaskAssignor.Assign(new AssignmentInput
    {
        Tasks = [.. topics.Tasks],
        Stateful = topics.StatefulTasks.ToHashSet(),
        Members = _living!,
        Previous = previous,
        Progress = TaskProgress.FromPositions(parts.Group.Positions()),
        Settings = new AssignmentSettings
        {
            StandbyReplicas = Config.NumStandbyReplicas,
            MaxWarmupReplicas = Config.MaxWarmupReplicas,
            AcceptableRecoveryLag = Config.AcceptableRecoveryLag,
            RackTags = Config.RackAwareAssignmentTags,
        },
    });

    /// <summary>The name belongs to the newest; an older one that lives on would do the same work beside it.</summary>
    private void ThrowIfTwin(List<GroupMember> known, string memberId)
    {
        var twins = known.Where(m => m.Identity.Name == parts.Identity.Name).ToList();
        if (twins.Count > 1 && GroupMember.Living(twins)[0].MemberId != memberId)
        {
            throw new StreamsException(
                $"Another process has joined the group as {parts.Identity.Instance}: give each instance an InstanceId of its own, or none.");
        }
    }
}
