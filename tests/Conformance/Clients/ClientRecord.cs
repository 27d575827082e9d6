using System.Globalization;
using System.Text;

namespace MedStreams.Conformance.Tests;

/// <summary>A record as every client sees it.</summary>
/// <param name="Partition">The partition, from 0.</param>
/// <param name="Key">The key, or null.</param>
/// <param name="Value">The value, or null.</param>
/// <param name="Headers">Names and values; equal names lie side by side, for not every client keeps the order of others.</param>
/// <param name="Timestamp">Milliseconds since 1970.</param>
/// <param name="Offset">Where it lies, once it was read.</param>
internal sealed record ClientRecord(
    int Partition, byte[]? Key, byte[]? Value, IReadOnlyList<(string Name, byte[]? Value)> Headers, long Timestamp, long Offset = -1)
{
    /// <summary>The headers as kcat prints them, which is all that it tells of them.</summary>
    public string HeaderText { get; init; } = string.Join(',', Headers.Select(Print));

    /// <summary>Everything, for comparison; what a client does not tell is left out.</summary>
    /// <param name="timestamp">Whether the time is shown.</param>
    /// <param name="reader">The client that reads it.</param>
    public string Show(bool timestamp, KafkaClient reader) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Partition}@{Offset} {(timestamp ? Timestamp : 0)} {Hex(Key)} {Hex(Value)} {(reader.PrintsHeaders ? HeaderText : HeaderList(reader.ReadsNullHeaders))}");

    private string HeaderList(bool nulls) =>
        string.Join(' ', Headers.Select(h => $"{h.Name}:{Hex(nulls ? h.Value : h.Value ?? [])}"));

    /// <summary>As kcat does: bytes as they are, up to the first that is zero.</summary>
    private static string Print((string Name, byte[]? Value) header)
    {
        var value = header.Value ?? "NULL"u8.ToArray();
        var end = Array.IndexOf(value, (byte)0);
        return Encoding.Latin1.GetString([.. Encoding.UTF8.GetBytes(header.Name), (byte)'=', .. end < 0 ? value : value[..end]]);
    }

    private static string Hex(byte[]? bytes) => bytes switch
    {
        null => "null",
        { Length: > 64 } => $"{bytes.Length} bytes, SHA-256 {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes))}",
        _ => $"[{Convert.ToHexString(bytes)}]",
    };
}
