using MedStreams.Streams;

namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>Makes raw records of topic records.</summary>
internal static class RawRecords
{
    public static RawLog Of(byte[]? value, long timestamp, Headers headers) => new()
    {
        Bytes = value,
        Timestamp = timestamp,
        Source = Header(headers, LogHeaders.Source),
        Format = Header(headers, LogHeaders.Format),
        Host = Header(headers, LogHeaders.Host),
    };

    private static ReadOnlySpan<byte> Header(Headers headers, string name) =>
        headers.Last(name)?.Value is { } value ? value.Span : default;
}
