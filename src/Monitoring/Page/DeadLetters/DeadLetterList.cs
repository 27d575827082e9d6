using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace MedStreams.Monitoring.Page;

/// <summary>
/// <c>GET /api/dead-letters/{topic}</c>: the newest records first, a page at a time over all partitions. Keys and values are shown to those only who may see what
/// concerns patients.
/// </summary>
internal sealed class DeadLetterList(DeadLetterTopics topics, bool hasSafeTexts) : IPageResource
{
    private const int DefaultCount = 50;
    private const int MostCount = 200;
    private const int MostBytes = 16 << 10;
    private static readonly UTF8Encoding Strict = new(false, true);

    public string Pattern => "dead-letters/{topic}";

    public async ValueTask<PageReply> GetAsync(PageRequest request, CancellationToken cancellationToken)
    {
        var topic = request.Text("topic");
        var count = (int)request.Number("count", DefaultCount, 1, MostCount);
        if (await topics.RangesAsync(topic, cancellationToken) is not { } ranges)
            return PageReply.NotFound("There is no such dead-letter topic.");
        var parts = Parts(request, ranges, count);
        var found = await topics.ReadAsync(topic, parts, cancellationToken);
        var shown = found.OrderByDescending(r => r.Message.Timestamp.UnixTimestampMs).ThenByDescending(r => r.Offset.Value).Take(count).ToList();
        return PageReply.Json(new
        {
            Topic = topic,
            IsMasked = !request.Viewer.SeesPatientData,
            Letters = shown.Select(r => Letter(r, request.Viewer.SeesPatientData)),
            Next = Next(parts, ranges, found, shown),
        });
    }

    /// <summary>Of each partition the part that lies before what was shown last, no longer than a page.</summary>
    private static List<(int Partition, OffsetRange Range)> Parts(PageRequest request, IReadOnlyList<OffsetRange> ranges, int count)
    {
        var bounds = Bounds(request.Find("from"));
        var one = request.Find("partition") is null ? -1 : request.Number("partition", 0, 0, ranges.Count - 1);
        var parts = new List<(int, OffsetRange)>();
        for (var p = 0; p < ranges.Count; p++)
        {
            if (one >= 0 && p != one)
                continue;
            var last = bounds.TryGetValue(p, out var bound) ? Math.Clamp(bound, ranges[p].First, ranges[p].Last) : ranges[p].Last;
            parts.Add((p, new OffsetRange(Math.Max(ranges[p].First, last - count), last)));
        }

        return parts;
    }

    /// <summary>Where the next page goes on, by partition; null where nothing is left.</summary>
    private static string? Next(
        List<(int Partition, OffsetRange Range)> parts, IReadOnlyList<OffsetRange> ranges, IReadOnlyList<ConsumeResult<byte[]?, byte[]?>> found, List<ConsumeResult<byte[]?, byte[]?>> shown)
    {
        var left = found.Except(shown).GroupBy(r => r.Partition.Value).ToDictionary(g => g.Key, g => g.Max(r => r.Offset.Value) + 1);
        var bounds = parts.Select(p => (p.Partition, Bound: left.TryGetValue(p.Partition, out var bound) ? bound : p.Range.First)).ToList();
        return bounds.TrueForAll(b => b.Bound <= ranges[b.Partition].First) ? null : string.Join(',', bounds.Select(b => $"{b.Partition}:{b.Bound}"));
    }

    private static Dictionary<int, long> Bounds(string? from)
    {
        var bounds = new Dictionary<int, long>();
        foreach (var part in from?.Split(',') ?? [])
        {
            if (part.Split(':') is not [var partition, var offset]
                || !int.TryParse(partition, NumberStyles.None, CultureInfo.InvariantCulture, out var p)
                || !long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var o)
                || !bounds.TryAdd(p, o))
            {
                throw new PageRequestException("from must be what next was.");
            }
        }

        return bounds;
    }

    private object Letter(ConsumeResult<byte[]?, byte[]?> record, bool isOpen)
    {
        var headers = DeadLetterHeaders.Of(record.Message.Headers);
        return new
        {
            Partition = record.Partition.Value,
            Offset = record.Offset.Value,
            Timestamp = record.Message.Timestamp.UtcDateTime,
            headers.Error,
            Message = isOpen || hasSafeTexts ? headers.Message : null,
            SourceTopic = headers.Topic,
            SourcePartition = headers.Partition,
            SourceOffset = headers.Offset,
            KeyBytes = record.Message.Key?.Length,
            ValueBytes = record.Message.Value?.Length,
            Key = isOpen ? Show(record.Message.Key) : null,
            Value = isOpen ? Show(record.Message.Value) : null,
            IsCut = isOpen && record.Message.Value?.Length > MostBytes ? true : default(bool?),
        };
    }

    private static string? Show(byte[]? bytes)
    {
        if (bytes is null)
            return null;
        var shown = bytes.Length > MostBytes ? bytes[..MostBytes] : bytes;
        try
        {
            return Strict.GetString(shown);
        }
        catch (DecoderFallbackException)
        {
            return "base64:" + Convert.ToBase64String(shown);
        }
    }
}
