using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Testing;

/// <summary>Bytes that a serde refuses fail the test; negative times drop the record, as in the engine.</summary>
internal sealed class FailingErrors : IDeserializationErrors
{
    public void OnError(in RawRecord record, SerializationException error) =>
        throw new StreamsException(
            $"A record of {record.Metadata.Topic} at offset {record.Metadata.Offset} could not be read: {error.Message}",
            error);

    public void OnNegativeTimestamp(in RawRecord record)
    {
    }
}
