using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace MedStreams.Monitoring.Page;

/// <summary>What a dead letter's headers say of it, under Kafka Streams' names (KIP-1034).</summary>
internal sealed record DeadLetterHeaders(string? Error, string? Message, string? Topic, int? Partition, long? Offset)
{
    /// <summary>What these headers begin with.</summary>
    public const string Prefix = "__streams.errors.";

    public static DeadLetterHeaders Of(Headers? headers)
    {
        int? partition = int.TryParse(Text(headers, "partition"), NumberStyles.None, CultureInfo.InvariantCulture, out var p) ? p : null;
        long? offset = long.TryParse(Text(headers, "offset"), NumberStyles.None, CultureInfo.InvariantCulture, out var o) ? o : null;
        return new DeadLetterHeaders(Text(headers, "exception"), Text(headers, "message"), Text(headers, "topic"), partition, offset);
    }

    private static string? Text(Headers? headers, string name) =>
        headers?.TryGetLastBytes(Prefix + name, out var bytes) == true && bytes is not null ? Encoding.UTF8.GetString(bytes) : null;
}
