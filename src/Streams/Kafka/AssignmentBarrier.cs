using Confluent.Kafka;

namespace MedStreams.Streams.Kafka;

/// <summary>
/// Keeps changes of a consumer's assignment apart. librdkafka (seen with 2.0.2, and reported up to 2.15) ends the whole process on
/// an assertion when an assignment is replaced before the fetchers of the one before it have stopped: it then tells them twice.
/// </summary>
internal static class AssignmentBarrier
{
    /// <summary>Waits until what earlier changes have stopped is stopped; to be called before each change, closing included.</summary>
    /// <remarks>
    /// Asking for the assignment goes through librdkafka's one queue of work, and the answer waits for all that was in it. The orders to
    /// stop have been carried out after the first answer, and their replies after the second. It takes microseconds.
    /// </remarks>
    public static void Await<TKey, TValue>(IConsumer<TKey, TValue> consumer)
    {
        try
        {
            _ = consumer.Assignment;
            _ = consumer.Assignment;
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.Local_Destroy)
        {
            // The client is closing and does no work for anybody any more. The change has to be made all the same, or the close waits
            // for it without end.
        }
    }
}
