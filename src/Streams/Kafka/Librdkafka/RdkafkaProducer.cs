using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using MedStreams.Streams.Processing;
using Microsoft.Win32.SafeHandles;

namespace MedStreams.Streams.Kafka.Librdkafka;

/// <summary>
/// The producer over librdkafka itself: a record costs one call, and no managed object. Delivery reports are taken by the thread that sends: with a second
/// thread that polls, librdkafka's flush sleeps ten milliseconds at a time, and so does every commit.
/// </summary>
internal sealed unsafe class RdkafkaProducer : IStreamProducer
{
    private const int SentBetweenPolls = 1024; // reports that nobody takes hold their messages in memory
    private const int QueueFullWait = 50;
    private const int FlushSlice = 1000;
    private const int ErrorSize = 512;
    private readonly RdkafkaClientHandle _handle;
    private readonly nint _client;
    private readonly Dictionary<string, nint> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<nint, string> _names = [];
    private readonly List<DeliveryListener> _listeners = [];
    private readonly Dictionary<DeliveryListener, int> _listenerNumbers = [];
    private GCHandle _self;
    private Exception? _listenerError;
    private string? _lastTopic;
    private nint _lastTopicHandle;
    private nint _reportedTopic;
    private string _reportedName = "";
    private DeliveryListener? _lastListener;
    private int _lastListenerNumber;
    private long _sent;

    /// <summary>Makes a producer.</summary>
    /// <exception cref="StreamsException">A setting is unknown, or does not fit the others.</exception>
    public RdkafkaProducer(IReadOnlyDictionary<string, string> settings)
    {
        _self = GCHandle.Alloc(this, GCHandleType.Weak);
        var conf = Rdkafka.ConfNew();
        try
        {
            var error = stackalloc byte[ErrorSize];
            foreach (var (name, value) in settings.Where(s => !s.Key.StartsWith("dotnet.", StringComparison.Ordinal)))
            {
                if (Rdkafka.ConfSet(conf, name, value, error, ErrorSize) != 0)
                    throw new StreamsException($"The producer's settings are refused: {Text(error)}");
            }

            Rdkafka.ConfSetOpaque(conf, GCHandle.ToIntPtr(_self));
            Rdkafka.ConfSetDeliveryCallback(conf, &OnDelivery);
            Rdkafka.ConfSetLogCallback(conf, 0);
            _client = Rdkafka.New(Rdkafka.Producer, conf, error, ErrorSize);
            if (_client == 0)
                throw new StreamsException($"The producer cannot be made: {Text(error)}");
        }
        catch
        {
            Rdkafka.ConfDestroy(conf);
            _self.Free();
            throw;
        }

        _handle = new RdkafkaClientHandle(_client);
    }

    public void Send(in OutgoingRecord record, DeliveryListener? listener)
    {
        var arguments = stackalloc RdkafkaArgument[8];
        arguments[0] = new() { Type = RdkafkaArgumentType.Topic, Pointer = HandleOf(record.Topic) };
        arguments[1] = new() { Type = RdkafkaArgumentType.Partition, Int32 = record.Partition ?? Partition.Any.Value };
        arguments[2] = new() { Type = RdkafkaArgumentType.Flags, Int32 = Rdkafka.CopyPayload };

        // To librdkafka the time 0 means now; what is off by a millisecond stays in its window.
        arguments[3] = new() { Type = RdkafkaArgumentType.Timestamp, Int64 = Math.Max(1, record.Timestamp) };
        arguments[4] = new() { Type = RdkafkaArgumentType.Opaque, Pointer = NumberOf(listener) };
        fixed (byte* k = record.Key, v = record.Value)
        {
            arguments[5] = Bytes(RdkafkaArgumentType.Key, k, record.Key.Length, record.HasKey);
            arguments[6] = Bytes(RdkafkaArgumentType.Value, v, record.Value.Length, record.HasValue);
            while (true)
            {
                var count = 7u;
                var copies = record.Headers.Count == 0 ? 0 : Convert(record.Headers);
                if (copies != 0)
                    arguments[count++] = new() { Type = RdkafkaArgumentType.Headers, Pointer = copies };
                var error = Rdkafka.Produce(_client, arguments, count);
                if (error == 0)
                    break;
                if (copies != 0)
                    Rdkafka.HeadersDestroy(copies); // else they are the client's now
                Settle(record.Topic, RdkafkaError.Take(error));
            }
        }

        if (++_sent % SentBetweenPolls == 0)
            Poll(0);
    }

    public void Flush()
    {
        // librdkafka gives a record up after message.timeout.ms itself, so this ends.
        do
        {
            _ = Rdkafka.Flush(_client, FlushSlice);
            ThrowListenerError();
        }
        while (Rdkafka.QueueLength(_client) > 0);
    }

    public void InitTransactions(TimeSpan timeout) => Transact(() => Rdkafka.InitTransactions(_client, (int)timeout.TotalMilliseconds));

    public void BeginTransaction() => Transact(() => Rdkafka.BeginTransaction(_client));

    public void SendOffsets(IReadOnlyDictionary<TopicPartition, long> offsets, object groupMetadata, TimeSpan timeout)
    {
        var bytes = GroupGeneration.BytesOf((IConsumerGroupMetadata)groupMetadata);
        var list = Rdkafka.PartitionsNew(offsets.Count);
        nint metadata = 0;
        try
        {
            foreach (var (partition, offset) in offsets)
                Rdkafka.PartitionsAdd(list, partition.Topic, partition.Partition)->Offset = offset;
            fixed (byte* b = bytes)
            {
                var error = RdkafkaError.Take(Rdkafka.GroupMetadataRead(out metadata, b, (nuint)bytes.Length));
                if (error.Code != ErrorCode.NoError)
                    throw Lost(error, isFenced: true);
            }

            Transact(() => Rdkafka.SendOffsets(_client, list, metadata, (int)timeout.TotalMilliseconds));
        }
        finally
        {
            Rdkafka.PartitionsDestroy(list);
            if (metadata != 0)
                Rdkafka.GroupMetadataDestroy(metadata);
        }
    }

    public void CommitTransaction(TimeSpan timeout) => Transact(() => Rdkafka.CommitTransaction(_client, (int)timeout.TotalMilliseconds));

    public void AbortTransaction(TimeSpan timeout) => Transact(() => Rdkafka.AbortTransaction(_client, (int)timeout.TotalMilliseconds));

    public void Dispose()
    {
        if (_handle.IsClosed)
            return;
        foreach (var topic in _topics.Values)
            Rdkafka.TopicDestroy(topic);
        _topics.Clear();
        _handle.Dispose();
        _self.Free();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnDelivery(nint client, RdkafkaMessage* message, nint opaque)
    {
        if (message->Opaque != 0 && GCHandle.FromIntPtr(opaque).Target is RdkafkaProducer producer)
            producer.Report(message);
    }

    /// <summary>Tells a listener; what it throws comes out of the call that took the report, since native code lies between.</summary>
    private void Report(RdkafkaMessage* message)
    {
        try
        {
            _listeners[(int)message->Opaque - 1](
                NameOf(message->Topic),
                message->Partition,
                message->Offset,
                message->Error == 0 ? null : ConfluentProducer.FailureOf(new Error((ErrorCode)message->Error)));
        }
#pragma warning disable CA1031 // kept and thrown later
        catch (Exception e)
#pragma warning restore CA1031
        {
            _listenerError ??= e;
        }
    }

    private void Poll(int milliseconds)
    {
        _ = Rdkafka.Poll(_client, milliseconds);
        ThrowListenerError();
    }

    private void ThrowListenerError()
    {
        if (_listenerError is not { } error)
            return;
        _listenerError = null;
        ExceptionDispatchInfo.Throw(error);
    }

    /// <summary>Waits for room in a full queue; all else is thrown.</summary>
    private void Settle(string topic, RdkafkaError error)
    {
        if (error.Code == ErrorCode.Local_QueueFull)
        {
            Poll(QueueFullWait);
            return;
        }

        if (error.IsFatal || error.Code is ErrorCode.Local_State or ErrorCode.Local_Fenced or ErrorCode.Local_Fatal)
            throw Lost(error, error.IsFatal || error.Code == ErrorCode.Local_Fatal);
        throw new StreamsException($"The producer refused a record for {topic}: {error.Code}.", error.ToException());
    }

    private void Transact(Func<nint> call)
    {
        while (true)
        {
            var error = RdkafkaError.Take(call());
            ThrowListenerError();
            if (error.Code == ErrorCode.NoError)
                return;
            if (error.RequiresAbort)
                throw Lost(error, isFenced: false);
            if (!error.IsRetriable)
                throw Lost(error, isFenced: true);

            // The same call goes on where it was; its own time-out ends it with another error.
        }
    }

    private static TransactionLostException Lost(RdkafkaError error, bool isFenced) =>
        new($"The transaction is lost: {error.Code}.", isFenced, error.ToException());

    private static RdkafkaArgument Bytes(RdkafkaArgumentType type, byte* bytes, int length, bool isPresent) => new()
    {
        Type = type,
        Pointer = !isPresent ? 0 : bytes == null ? 1 : (nint)bytes, // an empty span may have no address; null means none
        Size = isPresent ? (nuint)length : 0,
    };

    private static nint Convert(Headers headers)
    {
        var converted = Rdkafka.HeadersNew((nuint)headers.Count);
        foreach (var header in headers)
        {
            var bytes = header.Value is { } value ? value.Span : default;
            fixed (byte* b = bytes)
            {
                var start = header.Value is null ? null : b == null ? (byte*)1 : b;
                _ = Rdkafka.HeaderAdd(converted, header.Key, -1, start, bytes.Length);
            }
        }

        return converted;
    }

    private static string Text(byte* error) => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(error));

    private nint HandleOf(string topic)
    {
        if (ReferenceEquals(topic, _lastTopic))
            return _lastTopicHandle;
        if (!_topics.TryGetValue(topic, out var handle))
        {
            handle = Rdkafka.TopicNew(_client, topic, 0);
            if (handle == 0)
                throw new StreamsException($"Nothing can be sent to the topic {topic}: {(ErrorCode)Rdkafka.LastError()}.");
            _topics.Add(topic, handle);
            _names[handle] = topic;
        }

        (_lastTopic, _lastTopicHandle) = (topic, handle);
        return handle;
    }

    private string NameOf(nint topic)
    {
        if (topic == _reportedTopic)
            return _reportedName;
        if (!_names.TryGetValue(topic, out var name))
            name = Text(Rdkafka.TopicName(topic));
        else
            (_reportedTopic, _reportedName) = (topic, name);
        return name;
    }

    /// <summary>From 1; 0 for none.</summary>
    private int NumberOf(DeliveryListener? listener)
    {
        if (listener is null)
            return 0;
        if (ReferenceEquals(listener, _lastListener))
            return _lastListenerNumber;
        if (!_listenerNumbers.TryGetValue(listener, out var number))
        {
            _listeners.Add(listener);
            _listenerNumbers.Add(listener, number = _listeners.Count);
        }

        (_lastListener, _lastListenerNumber) = (listener, number);
        return number;
    }
}

/// <summary>A client; freeing it ends its threads and its connections.</summary>
internal sealed class RdkafkaClientHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public RdkafkaClientHandle(nint client)
        : base(ownsHandle: true) => SetHandle(client);

    protected override bool ReleaseHandle()
    {
        Rdkafka.Destroy(handle);
        return true;
    }
}
