using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace MedStreams.Cli.Records;

/// <summary>A record as a line of tab-separated fields; keys and values are written byte for byte.</summary>
internal sealed class RecordText(IReadOnlyList<string> fields)
{
    /// <summary>What may be asked for.</summary>
    public static IReadOnlyList<string> Fields { get; } = ["partition", "offset", "timestamp", "key", "headers", "value"];

    /// <summary>Writes one line.</summary>
    public void Write(Stream output, ConsumeResult<byte[]?, byte[]?> record)
    {
        foreach (var (index, field) in fields.Index())
        {
            if (index > 0)
                output.WriteByte((byte)'\t');
            output.Write(Field(field, record));
        }

        output.WriteByte((byte)'\n');
    }

    private static byte[] Field(string field, ConsumeResult<byte[]?, byte[]?> record) => field switch
    {
        "key" => record.Message.Key ?? [],
        "value" => record.Message.Value ?? [],
        "partition" => Ascii(record.Partition.Value),
        "offset" => Ascii(record.Offset.Value),
        "timestamp" => Ascii(record.Message.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
        "headers" => Encoding.UTF8.GetBytes(string.Join(',', (record.Message.Headers ?? []).Select(h =>
            $"{h.Key}={Encoding.UTF8.GetString(h.GetValueBytes() ?? [])}"))),
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "No such field."),
    };

    private static byte[] Ascii(IFormattable value) =>
        Encoding.ASCII.GetBytes(value.ToString(null, CultureInfo.InvariantCulture));

    private static byte[] Ascii(string value) => Encoding.ASCII.GetBytes(value);
}
