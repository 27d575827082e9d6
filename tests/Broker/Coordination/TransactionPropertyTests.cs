using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Coordination;

/// <summary>Several clients of one transactional id, time, markers and restarts in random order.</summary>
public sealed class TransactionPropertyTests
{
    [Fact]
    public void Every_transaction_ends_one_way_for_all_its_partitions_and_only_the_newest_client_acts() =>
        Scripts.Check(runs: 500, longest: 200, script =>
        {
            var world = new World();
            foreach (var step in script)
            {
                world.Do(step);
            }

            world.Finish();
        });

    private sealed class World
    {
        private const int Timeout = 1_000;
        private readonly ProducerIdentity?[] _clients = new ProducerIdentity?[3];

        /// <summary>What stands in each partition: writes of the open transaction, then how it ended.</summary>
        private readonly Dictionary<TopicPartition, List<(ProducerIdentity By, int Transaction)>> _open = [];
        private readonly Dictionary<int, HashSet<bool>> _ends = [];
        private TransactionState _state = TransactionState.New("x", 0, Timeout, 0);
        private ProducerIdentity _newest = new(-1, -1);
        private long _nextId = 1;
        private long _now = 1;
        private int _transaction;

        public void Do(int step)
        {
            var index = step % 3;
            var code = step / 3;
            var partition = new TopicPartition("t", code % 4);
            switch (code / 4 % 8)
            {
                case 0:
                    Init(index, _clients[index]);
                    break;
                case 1:
                    Init(index, null);
                    break;
                case 2:
                    Add(index, partition);
                    break;
                case 3 or 4:
                    Write(index, partition);
                    break;
                case 5:
                    End(index, code / 32 % 2 == 0);
                    break;
                case 6:
                    Markers();
                    break;
                default:
                    Pass(code / 32 % 5 * 300);
                    break;
            }

            Restart();
        }

        public void Finish()
        {
            if (_state.Status is TransactionStatus.Ongoing)
            {
                Pass(Timeout + 1);
            }

            Markers();
            Assert.NotEqual(TransactionStatus.Ongoing, _state.Status);
            Assert.All(_open, p => Assert.Empty(p.Value));
            Assert.All(_ends, e => Assert.Single(e.Value));
        }

        private void Init(int index, ProducerIdentity? expected)
        {
            var decision = TransactionMachine.Init(_state, expected, Timeout, () => _nextId++, _now);
            var before = _state;
            Take(decision);
            if (decision.Error is not ErrorCode.None)
            {
                return;
            }

            var given = _state.Producer;
            Assert.Equal(TransactionStatus.Empty, _state.Status);
            var retried = expected is not null && given == before.Producer;
            Assert.True(retried || given.Id != before.Producer.Id || given.Epoch > before.Producer.Epoch);
            _clients[index] = given;
            _newest = given;
        }

        private void Add(int index, TopicPartition partition)
        {
            if (_clients[index] is { } client)
            {
                var before = _state.Status;
                var decision = TransactionMachine.AddPartitions(_state, client, [partition], _now);
                Take(decision);
                Assert.True(decision.Error is not ErrorCode.None || client == _newest);
                if (decision.Error is ErrorCode.None && before is not TransactionStatus.Ongoing)
                {
                    _transaction++;
                }
            }
        }

        private void Write(int index, TopicPartition partition)
        {
            if (_clients[index] is { } client
                && TransactionMachine.Verify(_state, client, partition) is ErrorCode.None)
            {
                Assert.Equal(_newest, client);
                if (!_open.TryGetValue(partition, out var writes))
                {
                    _open[partition] = writes = [];
                }

                writes.Add((client, _transaction));
            }
        }

        private void End(int index, bool commit)
        {
            if (_clients[index] is { } client)
            {
                var decision = TransactionMachine.End(_state, client, commit, _now);
                Take(decision);
                Assert.True(decision.Error is not ErrorCode.None || client == _newest);
            }
        }

        private void Markers()
        {
            if (!_state.Status.IsPrepared())
            {
                return;
            }

            foreach (var partition in _state.Partitions)
            {
                foreach (var (by, transaction) in _open.GetValueOrDefault(partition) ?? [])
                {
                    Assert.Equal(_transaction, transaction);
                    Assert.True(by.Id == _state.Producer.Id && by.Epoch <= _state.Producer.Epoch);
                    if (!_ends.TryGetValue(transaction, out var ends))
                    {
                        _ends[transaction] = ends = [];
                    }

                    ends.Add(_state.Status is TransactionStatus.PrepareCommit);
                }

                _open.Remove(partition);
            }

            _state = TransactionMachine.Complete(_state, _now)!;
        }

        private void Pass(long milliseconds)
        {
            _now += milliseconds;
            _state = TransactionMachine.TimeOut(_state, _now) ?? _state;
        }

        /// <summary>The state is always what its record says, but for what the record's form leaves out.</summary>
        private void Restart()
        {
            if (_state.Producer.Epoch < 0)
            {
                return;
            }

            var read = TransactionRecordCodec.Read(
                TransactionRecordCodec.WriteKey("x"), TransactionRecordCodec.WriteValue(_state))!.Value.State!;
            Assert.True(read.Partitions.SetEquals(_state.Partitions));
            Assert.Equal(
                _state with { LastEpoch = -1, LastProducerId = -1, Partitions = read.Partitions }, read);
        }

        private void Take(TransactionDecision decision) => _state = decision.Next ?? _state;
    }
}
