using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>
/// A text is no schema, or a schema and a class do not fit each other. Nothing is gained by trying again: the schema or the
/// class has to change.
/// </summary>
public sealed class AvroSchemaException : StreamsException
{
    /// <summary>An error without a text.</summary>
    public AvroSchemaException()
    {
    }

    /// <summary>An error that names the place in the schema and what is wrong there.</summary>
    public AvroSchemaException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public AvroSchemaException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
