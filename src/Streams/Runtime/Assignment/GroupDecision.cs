using MedStreams.Streams.Queries;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// What the leader of a generation decided for all its members: a record of the topic <c>application.id-assignment</c>. The leader is the
/// member with the smallest name; of several decisions for a generation the first counts.
/// </summary>
/// <param name="Generation">The generation of the group that it is for.</param>
/// <param name="Members">Everybody in it, by name.</param>
/// <param name="Assignment">Who does what.</param>
/// <param name="Topics">The topics of the cluster, with their partition counts, as the leader saw them.</param>
internal sealed record GroupDecision(
    int Generation,
    IReadOnlyDictionary<MemberName, DecidedMember> Members,
    GroupAssignment Assignment,
    IReadOnlyDictionary<string, int> Topics)
{
    /// <summary>
    /// The highest generation that was decided before; 0 where there is none. Who has taken the decision of another one has missed that one, in which his tasks may
    /// have been somebody else's.
    /// </summary>
    public int After { get; init; }

    /// <summary>True where a member asked all to stop: nobody does anything any more.</summary>
    public bool IsShutdown { get; init; }

    /// <summary>
    /// Whether this is the decision for a generation with these members. Numbers of generations begin again where a group was deleted, so the
    /// members' ids, which never come again, are compared too; those of static members change with a restart.
    /// </summary>
    public bool IsFor(int generation, IReadOnlyCollection<GroupMember> living) =>
        generation == Generation
        && living.Count == Members.Count
        && living.All(m => Members.TryGetValue(m.Identity.Name, out var decided)
            && (m.Identity.IsStatic || decided.MemberId == m.MemberId));

    /// <summary>Where each task runs and where it is followed.</summary>
    public GroupPlacement Placement()
    {
        var followers = Assignment.Members
            .SelectMany(m => m.Value.Standby.Concat(m.Value.Warmup).Select(t => (Task: t, Member: m.Key)))
            .ToLookup(f => f.Task, f => HostOf(f.Member));
        return new GroupPlacement(Assignment.Members
            .SelectMany(m => m.Value.Active.Select(t => (Task: t, Member: m.Key)))
            .ToDictionary(t => t.Task, t => new TaskPlacement(HostOf(t.Member), [.. followers[t.Task]])));
    }

    private HostInfo HostOf(MemberName member) =>
        HostInfo.OfMember(Members.TryGetValue(member, out var decided) ? decided.Endpoint : "");
}

/// <summary>A member of a <see cref="GroupDecision"/>.</summary>
/// <param name="MemberId">Given by the broker.</param>
/// <param name="Endpoint">Where its instance answers queries, host:port; empty where it answers none.</param>
internal sealed record DecidedMember(string MemberId, string Endpoint);
