using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Coordination;

/// <summary>
/// Consumers of the cooperative protocol, static and dynamic ones, that join, leave, restart and fall silent at random, while
/// the coordinator is restarted and read back from its log.
/// </summary>
public sealed class CooperativePropertyTests
{
    [Fact]
    public void In_each_generation_a_partition_has_one_owner_and_in_the_end_each_has_one_and_no_offset_is_lost() =>
        Scripts.Check(runs: 500, longest: 150, script =>
        {
            var world = new World();
            foreach (var step in script)
            {
                world.Do(step);
                world.Check();
            }

            world.ComeToRest();
        });

    private sealed class World
    {
        private const byte Partitions = 8;
        private readonly CooperativeClient[] _clients = [new("a"), new("b"), new(null), new(null), new(null)];
        private readonly Dictionary<int, Dictionary<string, byte[]>> _assigned = [];
        private readonly Dictionary<TopicPartition, long> _committed = [];
        private readonly GroupDriver _g = new(new GroupLimits { InitialRebalanceDelayMs = 20 });
        private long _offset;

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
                    client.Leave(_g);
                    break;
                case 2:
                    _g.Wait(code / 16 % 5 * 1_500);
                    break;
                case 3:
                    RestartBroker();
                    break;
                case 4:
                    client.Join(_g);
                    break;
                case 5 or 6:
                    Commit(client);
                    break;
                default:
                    client.Progress(_g);
                    break;
            }

            Collect();
        }

        /// <summary>Members of the present generation share the partitions, and none has one of another's.</summary>
        public void Check()
        {
            if (_g.Group.State is not GroupState.Stable)
            {
                return;
            }

            var described = _g.Group.Describe();
            Assert.Equal(described.Members.Count, described.Members.Select(member => member.MemberId).Distinct().Count());
            var given = described.Members.SelectMany(member => member.Assignment).ToList();
            Assert.Equal(given.Count, given.Distinct().Count());
            foreach (var client in _clients.Where(c => c.Now is CooperativeClient.Phase.Member && c.Generation == _g.Group.Generation))
            {
                if (described.Members.FirstOrDefault(member => member.MemberId == client.MemberId) is { MemberId: not null } known)
                {
                    Assert.Equal(known.Assignment.Order(), client.Owned.Order());
                }
            }
        }

        /// <summary>With well-behaved clients and time enough everybody has a fair share, and everything has an owner.</summary>
        public void ComeToRest()
        {
            for (var round = 0; round < 60; round++)
            {
                foreach (var client in _clients)
                {
                    client.Progress(_g);
                    Collect();
                }

                Check();
                _g.Wait(2_000);
                Collect();
            }

            Assert.Equal(GroupState.Stable, _g.Group.State);
            Assert.All(_clients, client => Assert.Equal((CooperativeClient.Phase.Member, _g.Group.Generation), (client.Now, client.Generation)));
            Assert.Equal(Enumerable.Range(0, Partitions).Select(p => (byte)p), _clients.SelectMany(client => client.Owned).Order());
            Assert.All(_clients, client => Assert.InRange(client.Owned.Count, Partitions / _clients.Length, (Partitions / _clients.Length) + 1));
            CheckOffsets();
        }

        private void RestartBroker()
        {
            _g.Group = _g.Replay();
            foreach (var client in _clients)
            {
                client.Disconnected();
            }

            CheckOffsets();
        }

        private void CheckOffsets() =>
            Assert.All(_committed, committed => Assert.Equal(committed.Value, _g.Fetch(committed.Key).Offset));

        private void Commit(CooperativeClient client)
        {
            if (client.Now is not CooperativeClient.Phase.Member)
            {
                return;
            }

            var partition = new TopicPartition("t", client.Owned.FirstOrDefault());
            var isMember = client.Generation == _g.Group.Generation
                && _g.Group.Describe().Members.Any(member => member.MemberId == client.MemberId);
            var error = _g.Commit(new Committer(client.Generation, client.MemberId, client.Instance), partition, ++_offset);
            Assert.Equal(isMember && _g.Group.State is not GroupState.CompletingRebalance, error is ErrorCode.None);
            if (error is ErrorCode.None)
            {
                _committed[partition] = _offset;
            }
        }

        /// <summary>What each was told of a generation is what its leader planned, the same at each time of asking.</summary>
        private void Collect()
        {
            foreach (var client in _clients)
            {
                if (client.Collect(_g, Partitions) is not { } generation)
                {
                    continue;
                }

                var assigned = _assigned.TryGetValue(generation, out var known) ? known : _assigned[generation] = [];
                var key = client.Instance ?? client.MemberId;
                Assert.Equal(assigned.GetValueOrDefault(key, [.. client.Owned]).Order(), client.Owned.Order());
                assigned[key] = [.. client.Owned];
                var all = assigned.Values.SelectMany(owned => owned).ToList();
                Assert.Equal(all.Count, all.Distinct().Count());
            }
        }
    }
}
