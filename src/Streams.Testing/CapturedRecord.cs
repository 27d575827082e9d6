namespace MedStreams.Streams.Testing;

/// <summary>A record that a topology produced, or that a test pipes in. Null bytes are a null key or value.</summary>
internal sealed record CapturedRecord(string Topic, byte[]? Key, byte[]? Value, long Timestamp, Headers Headers);
