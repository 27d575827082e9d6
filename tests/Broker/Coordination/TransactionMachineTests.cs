using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Coordination;

public sealed class TransactionMachineTests
{
    private const int Timeout = 60_000;
    private static readonly TopicPartition Zero = new("t", 0);
    private static readonly TopicPartition One = new("t", 1);
    private TransactionState _state = TransactionState.New("x", 7, Timeout, 0);
    private long _nextProducerId = 100;
    private long _now = 1_000;

    [Fact]
    public void Each_client_gets_an_epoch_of_its_own()
    {
        Assert.Equal(new ProducerIdentity(7, 0), Init());
        Assert.Equal(new ProducerIdentity(7, 1), Init());
        Assert.Equal(new ProducerIdentity(7, 2), Init(new(7, 1)));
    }

    [Fact]
    public void Asking_again_with_the_epoch_before_answers_the_same()
    {
        var first = Init();
        var second = Init(first);
        Assert.Equal(second, Init(first));
    }

    [Fact]
    public void A_client_with_an_older_epoch_or_another_id_is_fenced()
    {
        Init();
        Init();
        Init();
        Assert.Equal(ErrorCode.ProducerFenced, TryInit(new(7, 0)));
        Assert.Equal(ErrorCode.ProducerFenced, TryInit(new(8, 2)));
    }

    [Fact]
    public void An_open_transaction_is_aborted_under_an_epoch_that_nobody_gets()
    {
        var old = Init();
        Add(old, Zero);
        Assert.Equal(ErrorCode.ConcurrentTransactions, TryInit(null));
        Assert.Equal((TransactionStatus.PrepareAbort, (short)1), (_state.Status, _state.Producer.Epoch));
        Assert.Equal(ErrorCode.ConcurrentTransactions, TryInit(null));

        Complete();

        Assert.Equal(new ProducerIdentity(7, 2), Init());
        Assert.Equal(ErrorCode.ProducerFenced, End(old, commit: true));
    }

    [Fact]
    public void Used_up_epochs_bring_a_new_producer_id()
    {
        Init();
        _state = _state with { Producer = new ProducerIdentity(7, short.MaxValue - 1) };
        var rotated = Init(new(7, short.MaxValue - 1));
        Assert.Equal(new ProducerIdentity(100, 0), rotated);
        Assert.Equal(rotated, Init(new(7, short.MaxValue - 1)));
    }

    [Fact]
    public void A_fence_has_an_epoch_left_above_the_last_client()
    {
        Init();
        _state = _state with { Producer = new ProducerIdentity(7, short.MaxValue - 1) };
        Add(_state.Producer, Zero);
        TryInit(null);
        Assert.Equal(short.MaxValue, _state.Producer.Epoch);
        Complete();
        Assert.Equal(new ProducerIdentity(100, 0), Init());
    }

    [Fact]
    public void A_transaction_ends_once_and_answers_repeats()
    {
        var p = Init();
        Assert.Equal(ErrorCode.InvalidTxnState, End(p, commit: true));
        Add(p, Zero);
        Assert.Equal(ErrorCode.None, End(p, commit: true));
        Assert.Equal(ErrorCode.ConcurrentTransactions, End(p, commit: true));
        Assert.Equal(ErrorCode.InvalidTxnState, End(p, commit: false));
        Assert.Equal(ErrorCode.ConcurrentTransactions, Add(p, One));
        Complete();
        Assert.Equal(TransactionStatus.CompleteCommit, _state.Status);
        Assert.Empty(_state.Partitions);
        Assert.Equal(ErrorCode.None, End(p, commit: true));
        Assert.Equal(ErrorCode.InvalidTxnState, End(p, commit: false));
    }

    [Fact]
    public void The_epoch_is_checked_before_the_state()
    {
        var p = Init();
        Assert.Equal(ErrorCode.ProducerFenced, End(p with { Epoch = 9 }, commit: true));
        Assert.Equal(ErrorCode.ProducerFenced, Add(p with { Epoch = 9 }, Zero));
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, End(new(123, 0), commit: true));
        Assert.Equal(
            ErrorCode.InvalidProducerIdMapping,
            TransactionMachine.End(null, p, commit: true, _now).Error);
    }

    [Fact]
    public void Writing_is_allowed_where_the_transaction_was_widened_to_and_until_its_end_is_decided()
    {
        var p = Init();
        Assert.Equal(ErrorCode.TransactionAbortable, Verify(p, Zero));
        Add(p, Zero);
        Assert.Equal(ErrorCode.None, Verify(p, Zero));
        Assert.Equal(ErrorCode.TransactionAbortable, Verify(p, One));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, Verify(p with { Epoch = 5 }, Zero));
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, Verify(new(8, 0), Zero));
        End(p, commit: false);
        Assert.Equal(ErrorCode.ConcurrentTransactions, Verify(p, Zero));
        Complete();
        Assert.Equal(ErrorCode.TransactionAbortable, Verify(p, Zero));
    }

    [Fact]
    public void A_transaction_times_out_counted_from_its_first_partition()
    {
        var p = Init();
        _now = 5_000;
        Add(p, Zero);
        _now = 50_000;
        Add(p, One);
        Assert.Null(TransactionMachine.TimeOut(_state, 65_000));
        var aborted = TransactionMachine.TimeOut(_state, 65_001)!;
        Assert.Equal((TransactionStatus.PrepareAbort, (short)1), (aborted.Status, aborted.Producer.Epoch));
        Assert.Equal(2, aborted.Partitions.Count);
    }

    private ProducerIdentity Init(ProducerIdentity? expected = null)
    {
        Assert.Equal(ErrorCode.None, TryInit(expected));
        return _state.Producer;
    }

    private ErrorCode TryInit(ProducerIdentity? expected) =>
        Take(TransactionMachine.Init(_state, expected, Timeout, () => _nextProducerId++, _now));

    private ErrorCode Add(ProducerIdentity p, params TopicPartition[] partitions) =>
        Take(TransactionMachine.AddPartitions(_state, p, partitions, _now));

    private ErrorCode End(ProducerIdentity p, bool commit) => Take(TransactionMachine.End(_state, p, commit, _now));

    private ErrorCode Verify(ProducerIdentity p, TopicPartition partition) =>
        TransactionMachine.Verify(_state, p, partition);

    private void Complete() => _state = TransactionMachine.Complete(_state, _now)!;

    private ErrorCode Take(TransactionDecision decision)
    {
        _state = decision.Next ?? _state;
        return decision.Error;
    }
}
