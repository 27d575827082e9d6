namespace MedStreams.Monitoring.Page;

/// <summary>How much the dead-letter topics hold; markers of transactions count as records, which nobody can tell without reading all.</summary>
internal sealed class DeadLettersPart(DeadLetterTopics topics, TimeProvider clock) : IPagePart
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(3);
    private object? _last;
    private long? _readAt;

    public string Name => "deadLetters";

    public async ValueTask<object?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_readAt is { } at && clock.GetElapsedTime(at) < Between)
            return _last;
        var ranges = await topics.RangesAsync(cancellationToken);
        _readAt = clock.GetTimestamp();
        return _last = new
        {
            Topics = ranges.Select(t => new { t.Topic, Count = t.Ranges.Sum(r => r.Last - r.First), Partitions = t.Ranges.Count }).ToList(),
        };
    }
}
