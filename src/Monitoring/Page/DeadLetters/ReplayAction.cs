using System.Text.Json;
using Confluent.Kafka;

namespace MedStreams.Monitoring.Page;

/// <summary>
/// <c>POST /api/dead-letters/{topic}/replay</c>: writes records back to where they came from, with their own bytes, time and headers, without those of the error. They
/// stay in the dead-letter topic, so one that is replayed twice is there twice; the audit tells.
/// </summary>
internal sealed class ReplayAction(DeadLetterTopics topics, DeadLetterOptions options) : IPageAction, IDisposable
{
    /// <summary>Tells where a replayed record was.</summary>
    public const string Header = "medstreams.replayed.from";

    private const int Most = 1000;
    private readonly Lazy<IProducer<byte[]?, byte[]?>> _producer = new(() => options.Produce(new ProducerConfig
    {
        Acks = Acks.All,
        EnableIdempotence = true,
        Partitioner = Partitioner.Murmur2Random,
        MessageTimeoutMs = (int)options.Timeout.TotalMilliseconds,
    }));

    public string Pattern => "dead-letters/{topic}/replay";

    public string What => "dead-letters.replay";

    public string Which(PageRequest request) =>
        $"{request.Text("topic")} {string.Join(", ", Places(request.Body).Select(p => $"{p.Partition}@{p.Offset}"))}";

    public async ValueTask<PageReply> DoAsync(PageRequest request, CancellationToken cancellationToken)
    {
        var topic = request.Text("topic");
        if (await topics.RangesAsync(topic, cancellationToken) is not { } ranges)
            return PageReply.NotFound("There is no such dead-letter topic.");
        var (replayed, refused) = (0, new List<Refusal>());
        foreach (var place in Places(request.Body))
        {
            if (await ReplayAsync(topic, ranges, place, cancellationToken) is { } reason)
                refused.Add(new Refusal(place.Partition, place.Offset, reason));
            else
                replayed++;
        }

        var reply = PageReply.Json(new { Replayed = replayed, Refused = refused });
        return refused.Count > 0 && replayed == 0 ? reply with { Status = 409 } : reply;
    }

    public void Dispose()
    {
        if (_producer.IsValueCreated)
            _producer.Value.Dispose();
    }

    /// <summary>Writes one back.</summary>
    /// <returns>Why not; null where it is done.</returns>
    private async Task<string?> ReplayAsync(string topic, IReadOnlyList<OffsetRange> ranges, Place place, CancellationToken cancellationToken)
    {
        if (place.Partition >= ranges.Count || place.Offset < ranges[place.Partition].First || place.Offset >= ranges[place.Partition].Last)
            return "it is not there (any more)";
        var found = await topics.ReadAsync(topic, [(place.Partition, new OffsetRange(place.Offset, place.Offset + 1))], cancellationToken);
        if (found is not [var record, ..])
            return "it is not there (any more)";
        var source = DeadLetterHeaders.Of(record.Message.Headers);
        if (source.Topic is not { } to)
            return "its headers do not name the topic that it came from";
        if (!options.MayReplayTo(to) || await topics.PartitionsAsync(to, cancellationToken) is not { } partitions)
            return "the topic that its headers name is none that is read here";
        var target = source.Partition is { } p && p < partitions ? new TopicPartition(to, p) : new TopicPartition(to, Partition.Any);
        try
        {
            await _producer.Value.ProduceAsync(target, Again(record, $"{topic}-{place.Partition}@{place.Offset}"), cancellationToken);
            return null;
        }
        catch (ProduceException<byte[]?, byte[]?> e)
        {
            return $"it could not be written ({e.Error.Code})";
        }
    }

    private static Message<byte[]?, byte[]?> Again(ConsumeResult<byte[]?, byte[]?> record, string from)
    {
        var headers = new Headers();
        foreach (var header in record.Message.Headers.Where(h => !h.Key.StartsWith(DeadLetterHeaders.Prefix, StringComparison.Ordinal) && h.Key != Header))
            headers.Add(header.Key, header.GetValueBytes());
        headers.Add(Header, System.Text.Encoding.UTF8.GetBytes(from));
        return new Message<byte[]?, byte[]?> { Key = record.Message.Key, Value = record.Message.Value, Timestamp = record.Message.Timestamp, Headers = headers };
    }

    private static IReadOnlyList<Place> Places(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Array || body.GetArrayLength() is 0 or > Most)
            throw new PageRequestException($"The body must be an array of 1 to {Most} places, each with partition and offset.");
        var places = new List<Place>();
        foreach (var item in body.EnumerateArray())
        {
            var (partition, offset) = (Number(item, "partition"), Number(item, "offset"));
            if (partition is not (>= 0 and <= int.MaxValue) || offset is not >= 0)
                throw new PageRequestException("Each place must have a partition and an offset, whole numbers of 0 or more.");
            places.Add(new Place((int)partition, offset.Value));
        }

        return [.. places.Distinct()];
    }

    private static long? Number(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            ? number
            : null;

    private readonly record struct Place(int Partition, long Offset);

    private sealed record Refusal(int Partition, long Offset, string Reason);
}
