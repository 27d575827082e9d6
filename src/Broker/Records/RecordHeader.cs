namespace MedStreams.Broker.Records;

/// <summary>A header of a record that is to be written.</summary>
/// <param name="Key">The name.</param>
/// <param name="Value">The value, or null.</param>
internal sealed record RecordHeader(string Key, byte[]? Value);
