using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Coordination;

/// <summary>Drives a group as the edge does: commands, time, answers by ticket, records in order.</summary>
internal sealed class GroupDriver
{
    public const long UtcStart = 1_700_000_000_000;

    private long _elapsed = 1_000_000;
    private long _ticket;

    public GroupDriver(GroupLimits? limits = null)
    {
        Limits = limits ?? new GroupLimits { InitialRebalanceDelayMs = 0, MinSessionTimeoutMs = 1 };
        Group = new Group("g", Limits);
    }

    public GroupLimits Limits { get; }

    public Group Group { get; set; }

    public Instant Now => new(_elapsed, UtcStart + _elapsed);

    public Dictionary<long, JoinAnswer> Joins { get; } = [];

    public Dictionary<long, SyncAnswer> Syncs { get; } = [];

    public List<(GroupRecord Record, ProducerIdentity? Producer)> Log { get; } = [];

    public static GroupProtocol[] Range(params byte[] metadata) => [new("range", metadata)];

    public long Join(
        string memberId = "",
        string? instance = null,
        GroupProtocol[]? protocols = null,
        bool memberIdRequired = false,
        bool canSkip = false,
        int session = 10_000,
        int rebalance = 60_000,
        string type = "consumer")
    {
        var ticket = ++_ticket;
        var effects = new GroupEffects();
        Group.Join(
            new JoinCommand(
                ticket, memberId, $"{instance ?? "m"}-{ticket}", instance, memberIdRequired, canSkip, "client", "/127.0.0.1",
                rebalance, session, type, protocols ?? Range(1)),
            Now,
            effects);
        Apply(effects);
        return ticket;
    }

    public long Sync(
        string memberId,
        int generation,
        Dictionary<string, byte[]>? assignments = null,
        string? instance = null,
        string? protocol = "range")
    {
        var ticket = ++_ticket;
        var effects = new GroupEffects();
        Group.Sync(
            new SyncCommand(ticket, generation, memberId, instance, "consumer", protocol, assignments ?? []), Now, effects);
        Apply(effects);
        return ticket;
    }

    public ErrorCode Heartbeat(string memberId, int generation, string? instance = null)
    {
        var error = Group.Heartbeat(memberId, instance, generation, Now);
        Apply(new GroupEffects());
        return error;
    }

    public ErrorCode Leave(string memberId, string? instance = null) => With(
        effects => Group.Leave([new Leaving(memberId, instance)], Now, effects))[0];

    public ErrorCode Commit(
        Committer by, TopicPartition partition, long offset, string metadata = "") => With(
        effects => Group.Commit(by, [(partition, new CommittedOffset(offset, -1, metadata, Now.UtcMs))], Now, effects))
        [0].Error;

    public ErrorCode CommitTransactional(Committer by, long producer, TopicPartition partition, long offset) => With(
        effects =>
        {
            var results = Group.CommitTransactional(
                by, new ProducerIdentity(producer, 0), [(partition, new CommittedOffset(offset, -1, "", Now.UtcMs))], effects);
            foreach (var record in effects.Records.Cast<OffsetRecord>())
            {
                Group.PendOffset(producer, record);
            }

            return results;
        })
        [0].Error;

    public FetchedOffset Fetch(TopicPartition partition, bool stable = false) => Group.Fetch([partition], stable)[0];

    public T With<T>(Func<GroupEffects, T> command)
    {
        var effects = new GroupEffects();
        var result = command(effects);
        Apply(effects);
        return result;
    }

    public void Wait(long milliseconds)
    {
        var until = _elapsed + milliseconds;
        while (Group.NextDeadline is var next && next <= until)
        {
            _elapsed = Math.Max(_elapsed, next);
            Tick();
        }

        _elapsed = until;
    }

    /// <summary>A member of its own: joins as a newcomer of old clients do, without the detour for a member id.</summary>
    public string JoinAlone(string? instance = null)
    {
        var joined = Joins[Join(instance: instance)];
        Assert.Equal(ErrorCode.None, joined.Error);
        return joined.MemberId;
    }

    /// <summary>A stable group of one member with the assignment 1.</summary>
    public (string Member, int Generation) StableWithOne(string? instance = null)
    {
        var member = JoinAlone(instance);
        var generation = Group.Generation;
        var sync = Syncs[Sync(member, generation, new() { [member] = [1] })];
        Assert.Equal(ErrorCode.None, sync.Error);
        return (member, generation);
    }

    /// <summary>A group made anew from what was written.</summary>
    public Group Replay()
    {
        var group = new Group("g", Limits);
        foreach (var (record, producer) in Log)
        {
            switch (record)
            {
                case OffsetRecord offset when producer is { } p:
                    group.PendOffset(p.Id, offset);
                    break;
                case OffsetRecord offset:
                    group.RestoreOffset(offset.Partition, offset.Value);
                    break;
                default:
                    break;
            }
        }

        if (Log.Select(l => l.Record).OfType<GroupImageRecord>().LastOrDefault()?.Image is { } image)
        {
            group.Restore(image, Now);
        }

        return group;
    }

    private void Tick()
    {
        var effects = new GroupEffects();
        Group.Tick(Now, effects);
        Take(effects);
    }

    private void Apply(GroupEffects effects)
    {
        Take(effects);
        while (Group.NextDeadline <= _elapsed)
        {
            Tick();
        }
    }

    private void Take(GroupEffects effects)
    {
        foreach (var record in effects.Records)
        {
            Log.Add((record, effects.Producer));
        }

        foreach (var (ticket, answer) in effects.Joins)
        {
            Joins.Add(ticket, answer);
        }

        foreach (var (ticket, answer) in effects.Syncs)
        {
            Syncs.Add(ticket, answer);
        }
    }
}
