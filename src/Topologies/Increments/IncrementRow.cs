namespace MedStreams.Topologies.Increments;

/// <summary>
/// The state of one window of one product and event type: a row of the result table, whose key is product, event type and window
/// start. A newer row of the same key replaces the older one. The last row of each key depends only on the events and on their order
/// within their lanes, not on how lanes were interleaved, nor on partitions, threads or restarts.
/// </summary>
public sealed record IncrementRow
{
    /// <summary>The product, as routed.</summary>
    public required string Product { get; init; }

    /// <summary>The event type.</summary>
    public required string EventType { get; init; }

    /// <summary>The beginning of the window, UTC.</summary>
    public required DateTimeOffset WindowStart { get; init; }

    /// <summary>How many events the window has.</summary>
    public required long Count { get; init; }

    /// <summary>How many different subjects these have, estimated with a standard error of 1.6 %, exactly while they are few hundred.</summary>
    public required long DistinctSubjects { get; init; }

    /// <summary>
    /// How many events of this product and type the windows up to this one have, this one included: a running total by event time. An
    /// event that corrects an earlier window also corrects the totals of all windows behind it.
    /// </summary>
    public required long RunningTotal { get; init; }

    /// <summary>
    /// How many events came too late to be counted while this window was the current one of their lane. They are counted here and
    /// nowhere else, so that counts, late ones and dead letters add up to the records that came in.
    /// </summary>
    public required long Late { get; init; }

    /// <summary>The key of the row's record: <c>product|event type|window start</c>.</summary>
    public string ToKey() => $"{Product}|{EventType}|{WindowStart.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}";
}
