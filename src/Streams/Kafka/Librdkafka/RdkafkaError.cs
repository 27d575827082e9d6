using Confluent.Kafka;

namespace MedStreams.Streams.Kafka.Librdkafka;

/// <summary>A copy of a <c>rd_kafka_error_t</c>. Confluent.Kafka's codes are librdkafka's.</summary>
internal readonly record struct RdkafkaError(ErrorCode Code, bool IsFatal, bool IsRetriable, bool RequiresAbort)
{
    /// <summary>Copies and frees an error; no error where there is none.</summary>
    public static RdkafkaError Take(nint error)
    {
        if (error == 0)
            return default;
        var taken = new RdkafkaError(
            (ErrorCode)Rdkafka.ErrorCodeOf(error),
            Rdkafka.ErrorIsFatal(error) != 0,
            Rdkafka.ErrorIsRetriable(error) != 0,
            Rdkafka.ErrorRequiresAbort(error) != 0);
        Rdkafka.ErrorDestroy(error);
        return taken;
    }

    /// <summary>For a message or for the inner exception: the code, never the text, which may quote.</summary>
    public KafkaException ToException() => new(new Error(Code, Code.ToString(), IsFatal));
}
