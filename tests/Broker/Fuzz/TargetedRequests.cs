using System.Buffers.Binary;
using System.Collections;
using System.Reflection;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Tests.Protocol;

namespace MedStreams.Broker.Tests.Fuzz;

/// <summary>
/// Requests from a seed about what a broker holds: its topics, groups, members, transactional ids and producers, with numbers
/// near those that are right, and records that are nearly right. It learns from the answers.
/// </summary>
internal sealed class TargetedRequests(int seed)
{
    public const string Topic = "t";
    public const string Compacted = "c";
    public const string Group = "g";
    public const string TransactionalId = "x";

    private static readonly (Type Type, ApiDescription Api)[] Requests =
        [.. RandomMessage.All.Where(m => m.Type.Name.EndsWith("Request", StringComparison.Ordinal) && m.Api.Key is not (ApiKey.SaslHandshake or ApiKey.SaslAuthenticate))];

    private static readonly MethodInfo Write = typeof(MessageCodec).GetMethod(nameof(MessageCodec.WriteRequest), BindingFlags.Static | BindingFlags.Public)!;

    private readonly Random _random = new(seed);
    private readonly List<string> _members = [""];
    private readonly List<(long Id, short Epoch)> _producers = [(-1, -1)];
    private readonly List<Guid> _topicIds = [Guid.Empty];
    private int _generation = 1;

    /// <summary>The next frame without its length, and the response that belongs to it.</summary>
    public (byte[] Frame, Type Response, short Version) Next()
    {
        var (type, api) = Requests[_random.Next(Requests.Length)];
        var version = (short)_random.Next(api.Served.Lowest, api.Served.Highest + 1);
        if (Encode(type, version) is not { } bytes)
            return Next();
        if (_random.Next(5) == 0)
            bytes = FrameMutator.Change(_random, bytes);
        var response = type.GetInterfaces().Single(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequest<>)).GenericTypeArguments[0];
        return (bytes[sizeof(int)..], response, version);
    }

    /// <summary>How many answers there were of each API, and how many of them without an error.</summary>
    public Dictionary<ApiKey, (int All, int Good)> Answers { get; } = [];

    /// <summary>Takes from an answer what later requests may refer to.</summary>
    public void Learn(ApiKey api, IResponse response, bool isGood)
    {
        var (all, good) = Answers.GetValueOrDefault(api);
        Answers[api] = (all + 1, good + (isGood ? 1 : 0));
        switch (response)
        {
            case JoinGroupResponse { MemberId.Length: > 0 } join:
                Remember(_members, join.MemberId);
                _generation = join.GenerationId > 0 ? join.GenerationId : _generation;
                break;
            case InitProducerIdResponse { ErrorCode: ErrorCode.None } producer:
                Remember(_producers, (producer.ProducerId, producer.ProducerEpoch));
                break;
            case MetadataResponse metadata:
                foreach (var topic in metadata.Topics.Where(topic => topic.TopicId != Guid.Empty))
                    Remember(_topicIds, topic.TopicId);
                break;
            default:
                break;
        }
    }

    /// <summary>A frame; null when the version has no null where one fell.</summary>
    private byte[]? Encode(Type type, short version)
    {
        try
        {
            using var frame = (FrameWriter)Write.MakeGenericMethod(type).Invoke(
                null, BindingFlags.DoNotWrapExceptions, null, [1, "fuzz", version, Create(type)], null)!;
            return frame.ToArray();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static void Remember<T>(List<T> list, T value)
    {
        if (list.Contains(value))
            return;
        list.Add(value);
        if (list.Count > 6)
            list.RemoveAt(1);
    }

    private object Create(Type type)
    {
        var message = Activator.CreateInstance(type)!;
        var producer = Pick(_producers);
        foreach (var property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            property.SetValue(message, property.Name switch
            {
                "ProducerId" => producer.Id,
                "ProducerEpoch" when property.PropertyType == typeof(short) => producer.Epoch,
                _ => Value(property.PropertyType, property.Name),
            });
        }

        return message;
    }

    private object? Value(Type type, string name)
    {
        if (type == typeof(string))
            return Text(name);
        if (type == typeof(byte[]))
            return Bytes();
        if (type == typeof(RecordData))
            return new RecordData(Records());
        if (type == typeof(Guid))
            return _random.Next(10) == 0 ? Guid.NewGuid() : Pick(_topicIds);
        if (type == typeof(bool))
            return _random.Next(2) == 1;
        if (type.IsEnum)
            return Enum.ToObject(type, (short)_random.Next(-1, 80));
        if (type == typeof(sbyte))
            return (sbyte)(_random.Next(20) == 0 ? _random.Next(sbyte.MinValue, sbyte.MaxValue) : _random.Next(-1, 6));
        if (type == typeof(short))
            return (short)(_random.Next(20) == 0 ? _random.Next(short.MinValue, short.MaxValue) : _random.Next(-1, 2));
        if (type == typeof(int))
            return Int32(name);
        if (type == typeof(long))
            return Int64(name);
        if (!type.IsGenericType)
            return Create(type);
        var list = (IList)Activator.CreateInstance(type)!;
        for (var i = _random.Next(3) + (_random.Next(6) == 0 ? 0 : 1); i > 0; i--)
            list.Add(Value(type.GenericTypeArguments[0], name));
        return list;
    }

    private int Int32(string name) => name switch
    {
        "PartitionIndex" or "Partition" or "Partitions" or "PartitionIndexes" or "Index" => _random.Next(20) == 0 ? _random.Next() : _random.Next(-1, 4),
        "GenerationId" or "GenerationIdOrMemberEpoch" => _generation + Pick([0, 0, 0, 0, 1, -1, -1000]),
        "MaxWaitMs" => _random.Next(-1, 20),
        "SessionTimeoutMs" or "RebalanceTimeoutMs" => _random.Next(20) == 0 ? _random.Next(int.MinValue, int.MaxValue) : _random.Next(1, 300),
        "TransactionTimeoutMs" => Pick([1, 50, 60_000, 0, -1, int.MaxValue]),
        "NumPartitions" or "Count" => _random.Next(-1, 6),
        "Iterations" => Pick([0, -1, 4096, 5000, int.MaxValue]),
        "BrokerIds" => Pick([1, 1, 1, 2, -1]),
        "ReplicaId" => Pick([-1, -1, -1, 0, 1]),
        "MaxBytes" or "PartitionMaxBytes" or "MinBytes" => Pick([0, 1, 100, 1 << 20, -1, int.MaxValue]),
        _ => Pick([-1, 0, 1, 2, _random.Next(int.MinValue, int.MaxValue)]),
    };

    private long Int64(string name) => name switch
    {
        "DurationFilter" or "RetentionTimeMs" => Pick([-1, 0, 1, 1000, long.MaxValue, long.MinValue]),
        _ => Pick([-5, -3, -2, -1, 0, 1, 2, 5, 10, 50, 1_700_000_000_000, long.MaxValue, long.MinValue]),
    };

    private string? Text(string name) => _random.Next(25) == 0
        ? Pick(["", "*", ".", "__consumer_offsets", "__transaction_state", "neu", "ä/b", new string('n', 300), "\0", "User:a", "1"])
        : name switch
        {
            "Topic" or "Name" when _random.Next(3) > 0 => Pick([Topic, Compacted]),
            "GroupId" or "Group" or "Groups" or "GroupsNames" or "GroupIds" => Pick([Group, Group, "h"]),
            "MemberId" => Pick(_members),
            "GroupInstanceId" => Pick([null, null, null, "i", "j"]),
            "TransactionalId" or "TransactionalIds" => Pick([TransactionalId, TransactionalId, "y", null]),
            "Key" or "CoordinatorKeys" => Pick([Group, TransactionalId]),
            "ProtocolType" => Pick(["consumer", "consumer", "connect", null]),
            "ProtocolName" => Pick(["range", "range", "roundrobin", null]),
            "ResourceName" or "ResourceNameFilter" => Pick([Topic, Compacted, Group, "1", "", "kafka-cluster", null]),
            "User" => Pick(["a", "b"]),
            "Principal" or "PrincipalFilter" => Pick(["User:a", "User:*", "a", null]),
            "Host" or "HostFilter" => Pick(["*", "127.0.0.1", null]),
            "Value" => Pick(["1", "10000", "compact", "delete", "LogAppendTime", "gzip", "zstd", "true", "", "-1", "9223372036854775807", null]),
            "Metadata" or "CommittedMetadata" => Pick(["", "m", null, new string('m', 5000)]),
            _ => Pick(
            [
                Topic, Compacted, Group, TransactionalId, "range", "consumer", "retention.ms", "cleanup.policy", "segment.bytes", "max.message.bytes",
                "message.timestamp.type", "compression.type", "log.retention.ms", "Stable", "Empty", "Ongoing", "a", "",
            ]),
        };

    private byte[] Bytes() => _random.Next(4) switch
    {
        0 => [0, 1, 0, 0, 0, 1, 0, 1, (byte)'t', 255, 255, 255, 255],
        1 => [],
        _ => RandomBytes(_random.Next(40)),
    };

    private byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>A batch of a known producer, whole or with one field changed, most often under a right checksum.</summary>
    private byte[] Records()
    {
        var (id, epoch) = Pick(_producers);
        var builder = new RecordBatchBuilder
        {
            ProducerId = id,
            ProducerEpoch = epoch,
            BaseSequence = id < 0 ? -1 : Pick([0, 0, 1, 2, 3, int.MaxValue, -1]),
            IsTransactional = id >= 0 && _random.Next(2) == 0,
            IsControl = _random.Next(15) == 0,
            Compression = (CompressionType)_random.Next(5),
        };
        for (var i = _random.Next(4); i >= 0; i--)
        {
            builder.Append(
                Pick([0, 1, 1_700_000_000_000, long.MaxValue, -1, -5]),
                _random.Next(5) == 0 ? null : RandomBytes(_random.Next(3)),
                _random.Next(5) == 0 ? null : RandomBytes(_random.Next(60)),
                _random.Next(3) == 0 ? [new RecordHeader("h", RandomBytes(2)), new RecordHeader("", null)] : null);
        }

        var batch = builder.Build();
        if (_random.Next(3) == 0)
            return batch;
        for (var changes = _random.Next(1, 3); changes > 0; changes--)
            Spoil(batch);
        if (_random.Next(5) > 0)
            BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(BatchLayout.Crc), Crc32C.Compute(batch.AsSpan(BatchLayout.Attributes)));
        return _random.Next(10) == 0 ? [.. batch, .. batch] : batch;
    }

    private void Spoil(byte[] batch)
    {
        switch (_random.Next(5))
        {
            case 0:
                BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(Pick([BatchLayout.LastOffsetDelta, BatchLayout.Count, BatchLayout.BaseSequence])), Pick([-1, 0, 1, 2, 3, int.MaxValue, int.MinValue]));
                break;
            case 1:
                BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(Pick([BatchLayout.BaseTimestamp, BatchLayout.MaxTimestamp, BatchLayout.ProducerId, BatchLayout.BaseOffset])), Pick([-1, 0, 1, long.MaxValue, long.MinValue]));
                break;
            case 2:
                BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(Pick([BatchLayout.Attributes, BatchLayout.ProducerEpoch])), (short)_random.Next(-1, 130));
                break;
            case 3 when batch.Length > BatchLayout.Records:
                batch[_random.Next(BatchLayout.Records, batch.Length)] ^= (byte)(1 << _random.Next(8));
                break;
            default:
                batch[_random.Next(batch.Length)] = (byte)_random.Next(256);
                break;
        }
    }

    private T Pick<T>(IReadOnlyList<T> of) => of[_random.Next(of.Count)];
}
