namespace MedStreams.Streams;

/// <summary>Which order holds between the calls of an asynchronous node and between their results.</summary>
public enum AsyncOrder
{
    /// <summary>
    /// The calls of a key are made one after the other, each once the result of the one before is forwarded; different keys overtake
    /// one another. Records without key have no order.
    /// </summary>
    Key,

    /// <summary>
    /// As <see cref="Key"/>, and the results are forwarded in the order in which the records came to the node, so that one slow call holds back
    /// those behind it.
    /// </summary>
    Partition,

    /// <summary>No order: calls run at once, also those of one key, and results are forwarded as they come.</summary>
    None,
}
