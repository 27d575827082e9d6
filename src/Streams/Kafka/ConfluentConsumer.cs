using System.Diagnostics.CodeAnalysis;
using Confluent.Kafka;

namespace MedStreams.Streams.Kafka;

/// <summary>
/// The group's consumer over Confluent.Kafka. The group protocol is the eager one with <c>range</c>, whose answer is ignored:
/// under it the handler may assign what it likes, and offsets are fenced by the generation all the same.
/// </summary>
internal sealed class ConfluentConsumer : IStreamConsumer
{
    private const int TakenBeforeClose = 10;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly string _marker;
    private ConfluentPolling _polling;
    private IConsumer<ByteSlice, ByteSlice> _consumer;
    private IRebalanceListener? _listener;
    private IReadOnlyList<string> _topics = [];
    private bool _isMarked;
    private bool _isClosing;
    private bool _isMember;
    private bool _wasMember; // of this client

    /// <summary>A consumer of a group.</summary>
    /// <param name="settings">Settings of librdkafka.</param>
    /// <param name="marker">A topic that exists, which the subscription names or does not name to show a change.</param>
    public ConfluentConsumer(IReadOnlyDictionary<string, string> settings, string marker)
    {
        (_settings, _marker) = (settings, marker);
        Open();
    }

    public void Subscribe(IReadOnlyCollection<string> topics, IRebalanceListener listener)
    {
        _listener = listener;
        (_topics, _isMarked) = ([.. topics], false);
        _consumer.Subscribe(topics);
    }

    public int Poll(TimeSpan timeout, int maxRecords, IRecordReceiver receiver)
    {
        try
        {
            return _polling.Poll(_consumer, timeout, maxRecords, receiver);
        }
        catch (StreamsException e) when (IsFencedByItself(e))
        {
            if (_isMember)
                _listener!.OnLost();
            Dispose();
            Open();
            Subscribe(_topics, _listener!);
            return 0;
        }
    }

    public void Assign(IReadOnlyCollection<StartingPoint> partitions)
    {
        AssignmentBarrier.Await(_consumer);
        _consumer.Assign(Convert(partitions));
    }

    public IReadOnlyDictionary<TopicPartition, long?>? TryCommitted(
        IEnumerable<TopicPartition> partitions, TimeSpan timeout) =>
        OrNull(() => _consumer.Committed(partitions.Select(ConfluentTypes.ToConfluent), timeout).ToDictionary(
            c => c.TopicPartition.FromConfluent(), c => c.Offset.IsSpecial ? (long?)null : c.Offset.Value));

    public void Commit(IReadOnlyDictionary<TopicPartition, long> offsets)
    {
        try
        {
            _consumer.Commit(offsets.Select(ConfluentTypes.ToConfluent));
        }
        catch (KafkaException e)
        {
            throw new TransactionLostException($"The offsets were not committed: {e.Error.Code}.", e.Error.IsFatal, e);
        }
    }

    public void Rejoin()
    {
        // A broker begins a new generation for a member of a stable group only where its subscription changes. Without
        // unsubscribing first the client does not leave the group. What the group's leader assigns of the extra topic is not looked at.
        _isMarked = !_isMarked;
        _consumer.Subscribe(_isMarked ? [.. _topics, _marker] : _topics);
    }

    public void Close()
    {
        _isClosing = true;
        TakeWhatWaits();
        _polling.Dispose();
        try
        {
            AssignmentBarrier.Await(_consumer);
            _consumer.Close();
        }
        catch (KafkaException e)
        {
            throw new StreamsException($"The group was not told: {e.Error.Code}.", e);
        }
    }

    public void Dispose()
    {
        _polling.Dispose();
        _consumer.Dispose();
    }

    [MemberNotNull(nameof(_polling), nameof(_consumer))]
    private void Open()
    {
        var arena = new ByteArena();
        _polling = new ConfluentPolling(arena);
        _consumer = new ConsumerBuilder<ByteSlice, ByteSlice>(_settings)
            .SetKeyDeserializer(arena)
            .SetValueDeserializer(arena)
            .SetPartitionsAssignedHandler((c, _) => OnAssigned(c))
            .SetPartitionsRevokedHandler((c, _) => OnEnded(c, static listener => listener.OnRevoked()))
            .SetPartitionsLostHandler((c, _) => OnEnded(c, static listener => listener.OnLost()))
            .SetLogHandler(static (_, _) => { })
            .SetErrorHandler(static (_, _) => { })
            .Build();
        _polling.Attach(_consumer);
        (_isMember, _wasMember) = (false, false);
    }

    /// <summary>
    /// Whether nobody took the place of this static member. librdkafka (seen with 2.0.2) forgets its member id when it did not hear of the broker for a session,
    /// but sends heartbeats until the loss has been told: without an id, Kafka takes them for those of an older instance, and librdkafka gives up for good.
    /// </summary>
    private bool IsFencedByItself(StreamsException end) =>
        _wasMember && end.InnerException is KafkaException { Error.Code: ErrorCode.FencedInstanceId } && string.IsNullOrEmpty(_consumer.MemberId);

    private List<TopicPartitionOffset> OnAssigned(IConsumer<ByteSlice, ByteSlice> consumer)
    {
        // A client that closes with a generation that it had not told yet has no group metadata any more: to ask for them ends the process.
        if (_isClosing)
            return [];
        (_isMember, _wasMember) = (true, true);
        try
        {
            var metadata = consumer.ConsumerGroupMetadata;
            var partitions = Convert(_listener!.OnJoined(consumer.MemberId, GroupGeneration.Of(metadata), metadata));
            AssignmentBarrier.Await(consumer);
            return partitions;
        }
        catch (Exception e) when (_polling.Keeps(e))
        {
            return [];
        }
    }

    private void OnEnded(IConsumer<ByteSlice, ByteSlice> consumer, Action<IRebalanceListener> tell)
    {
        _isMember = false;
        try
        {
            tell(_listener!);
            AssignmentBarrier.Await(consumer);
        }
        catch (Exception e) when (_polling.Keeps(e))
        {
            // The poll throws it.
        }
    }

    /// <summary>A generation that waits to be told is better told before the close than within it.</summary>
    private void TakeWhatWaits()
    {
        try
        {
            for (var i = 0; i < TakenBeforeClose; i++)
                _consumer.Consume(TimeSpan.Zero);
        }
        catch (ConsumeException)
        {
            // What cannot be read does not matter any more.
        }
    }

    private static List<TopicPartitionOffset> Convert(IEnumerable<StartingPoint> points) =>
        [.. points.Select(p => new TopicPartitionOffset(p.Partition.ToConfluent(), p.Offset))];

    /// <summary>The answer of a call that the caller repeats; null for an error that may pass.</summary>
    private static T? OrNull<T>(Func<T> call)
        where T : class
    {
        try
        {
            return call();
        }
        catch (KafkaException e) when (!e.Error.IsFatal)
        {
            return null;
        }
    }
}
