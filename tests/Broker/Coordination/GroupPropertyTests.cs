using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Coordination;

/// <summary>
/// Groups of simulated clients under random interleavings of joins, lost answers, restarts, departures, commits and time.
/// </summary>
public sealed class GroupPropertyTests
{
    [Fact]
    public void Whatever_happens_assignments_are_the_leaders_and_the_group_comes_to_rest() =>
        Scripts.Check(runs: 400, longest: 150, script =>
        {
            var world = new World(members: 4);
            foreach (var step in script)
            {
                world.Do(step);
            }

            world.CheckLog();
            world.ComeToRest();
        });

    [Fact]
    public void What_was_written_is_always_the_whole_truth() => Scripts.Check(runs: 200, longest: 100, script =>
    {
        var world = new World(members: 4);
        foreach (var step in script)
        {
            world.Do(step);
            world.CheckReplay();
        }
    });

    private sealed class World
    {
        private readonly GroupDriver _g = new(new GroupLimits { InitialRebalanceDelayMs = 20 });
        private readonly Client[] _clients;
        private readonly Dictionary<int, Dictionary<string, byte>> _assigned = [];
        private readonly Dictionary<int, string> _leaders = [];
        private long _offset;

        public World(int members) =>
            _clients = [.. Enumerable.Range(0, members).Select(i => new Client(i % 2 == 0 ? $"instance{i}" : null))];

        public void Do(int step)
        {
            var client = _clients[step % _clients.Length];
            var code = step / _clients.Length;
            switch (code % 16)
            {
                case 0:
                    client.Restart();
                    break;
                case 1:
                    Leave(client);
                    break;
                case 2:
                    _g.Wait(code / 16 % 5 * 1_500);
                    break;
                case 3:
                    client.Metadata++;
                    Join(client);
                    break;
                case 4:
                    Commit(client);
                    break;
                default:
                    Progress(client);
                    break;
            }

            Collect();
        }

        /// <summary>With well-behaved clients and time enough, all of them have what the last leader gave them.</summary>
        public void ComeToRest()
        {
            for (var round = 0; round < 60; round++)
            {
                foreach (var client in _clients)
                {
                    Progress(client);
                    Collect();
                }

                _g.Wait(2_000);
                Collect();
            }

            Assert.Equal(GroupState.Stable, _g.Group.State);
            Assert.Equal(_clients.Length, _g.Group.Describe().Members.Count);
            Assert.All(_clients, c => Assert.Equal(Phase.Member, c.Phase));
            Assert.Single(_clients.Select(c => c.Generation).Distinct());
            Assert.Equal(_clients.Length, _clients.Select(c => c.Assignment).Distinct().Count());
        }

        /// <summary>Offsets only ever go to the log with the record that says so; generations only go up.</summary>
        public void CheckLog()
        {
            var generations = _g.Log.Select(l => l.Record).OfType<GroupImageRecord>().Select(r => r.Image!.Generation).ToList();
            Assert.Equal(generations.Order(), generations);
        }

        public void CheckReplay()
        {
            var group = _g.Group;
            var replayed = _g.Replay();
            Assert.Equal(group.Fetch(null, false).ToHashSet(), replayed.Fetch(null, false).ToHashSet());
            if (group.State is GroupState.Stable)
            {
                Assert.Equal(group.Generation, replayed.Generation);
                Assert.Equal(Show(group), Show(replayed));
            }
        }

        private static string[] Show(Group group) =>
        [
            .. group.Describe().Members.Select(m =>
                $"{m.MemberId} {m.InstanceId} {Convert.ToHexString(m.Metadata)} {Convert.ToHexString(m.Assignment)}"),
        ];

        private void Progress(Client client)
        {
            switch (client.Phase)
            {
                case Phase.Out:
                    Join(client);
                    break;
                case Phase.Joined:
                    Sync(client);
                    break;
                case Phase.Member:
                    if (_g.Heartbeat(client.MemberId, client.Generation, client.Instance) is not ErrorCode.None and var error)
                    {
                        client.Forget(error);
                    }

                    break;
                default:
                    break;
            }
        }

        private void Join(Client client)
        {
            client.Ticket = _g.Join(
                client.MemberId, client.Instance, GroupDriver.Range((byte)client.Metadata),
                memberIdRequired: true, rebalance: 15_000);
            client.Phase = Phase.Joining;
        }

        private void Sync(Client client)
        {
            client.Ticket = _g.Sync(client.MemberId, client.Generation, client.Plan, client.Instance);
            client.Phase = Phase.Syncing;
        }

        private void Leave(Client client)
        {
            if (client.MemberId.Length > 0)
            {
                _g.Leave(client.MemberId, client.Instance);
                client.MemberId = "";
                client.Phase = Phase.Out;
            }
        }

        private void Commit(Client client)
        {
            if (client.Phase is Phase.Member)
            {
                var partition = new TopicPartition("t", client.Assignment);
                var error = _g.Commit(new Committer(client.Generation, client.MemberId, client.Instance), partition, ++_offset);
                var current = client.Generation == _g.Group.Generation
                    && _g.Group.Describe().Members.Any(m => m.MemberId == client.MemberId);
                Assert.Equal(current && _g.Group.State is not GroupState.CompletingRebalance, error is ErrorCode.None);
                if (error is ErrorCode.None)
                {
                    Assert.Equal(_offset, _g.Fetch(partition).Offset);
                }
            }
        }

        private void Collect()
        {
            foreach (var client in _clients)
            {
                if (client.Phase is Phase.Joining && _g.Joins.TryGetValue(client.Ticket, out var join))
                {
                    Joined(client, join);
                }
                else if (client.Phase is Phase.Syncing && _g.Syncs.TryGetValue(client.Ticket, out var sync))
                {
                    Synced(client, sync);
                }
            }
        }

        private void Joined(Client client, JoinAnswer join)
        {
            if (join.Error is not ErrorCode.None)
            {
                client.Forget(join.Error);
                client.MemberId = join.Error is ErrorCode.MemberIdRequired ? join.MemberId : client.MemberId;
                return;
            }

            client.MemberId = join.MemberId;
            client.Generation = join.Generation;
            client.Phase = Phase.Joined;
            client.Plan = [];
            if (join.Leader == join.MemberId && !join.SkipAssignment)
            {
                Assert.NotEmpty(join.Members);
                Assert.Equal(join.Members.Count, join.Members.Select(m => m.MemberId).Distinct().Count());
                Assert.Equal(join.MemberId, _leaders.GetValueOrDefault(join.Generation, join.MemberId));
                _leaders[join.Generation] = join.MemberId;
                byte next = 0;
                foreach (var member in join.Members)
                {
                    client.Plan[member.MemberId] = [++next];
                }
            }
            else
            {
                Assert.Empty(join.Members);
            }
        }

        private void Synced(Client client, SyncAnswer sync)
        {
            if (sync.Error is not ErrorCode.None)
            {
                client.Forget(sync.Error);
                return;
            }

            client.Phase = Phase.Member;
            client.Assignment = sync.Assignment.Length == 0 ? -1 : sync.Assignment[0];
            Assert.True(client.Assignment > 0, "A member of the generation was left without an assignment.");
            var assigned = _assigned.TryGetValue(client.Generation, out var known)
                ? known
                : _assigned[client.Generation] = [];
            var key = client.Instance ?? client.MemberId;
            Assert.Equal((byte)client.Assignment, assigned.GetValueOrDefault(key, (byte)client.Assignment));
            Assert.DoesNotContain(assigned, a => a.Key != key && a.Value == client.Assignment);
            assigned[key] = (byte)client.Assignment;
        }
    }

    private enum Phase
    {
        Out,
        Joining,
        Joined,
        Syncing,
        Member,
    }

    private sealed class Client(string? instance)
    {
        public string? Instance => instance;

        public string MemberId { get; set; } = "";

        public int Generation { get; set; } = -1;

        public int Metadata { get; set; }

        public int Assignment { get; set; } = -1;

        public long Ticket { get; set; }

        public Phase Phase { get; set; }

        public Dictionary<string, byte[]> Plan { get; set; } = [];

        public void Restart()
        {
            MemberId = "";
            Phase = Phase.Out;
        }

        public void Forget(ErrorCode error)
        {
            Phase = Phase.Out;
            if (error is ErrorCode.UnknownMemberId or ErrorCode.FencedInstanceId)
            {
                MemberId = "";
            }
        }
    }
}
