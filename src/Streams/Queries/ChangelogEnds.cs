using System.Collections.Concurrent;
using MedStreams.Streams.Kafka;

namespace MedStreams.Streams.Queries;

/// <summary>Where changelogs end, as the broker says; remembered for a while. Safe for use by several threads.</summary>
internal sealed class ChangelogEnds(IStreamAdmin admin, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<TopicPartition, (long End, long At)> _known = [];
    private readonly Lock _lock = new();
    private bool _isDisposed;

    /// <summary>How old an end may be that is told beside the answer of a standby.</summary>
    public static TimeSpan UsualAge { get; } = TimeSpan.FromSeconds(1);

    /// <summary>The end of a changelog; null where the broker does not tell in time.</summary>
    public long? TryEnd(TopicPartition changelog, TimeSpan maxAge)
    {
        if (_known.TryGetValue(changelog, out var known) && clock.GetElapsedTime(known.At) <= maxAge && maxAge > TimeSpan.Zero)
            return known.End;
        lock (_lock)
        {
            if (_isDisposed)
                return null;
            if (_known.TryGetValue(changelog, out known) && clock.GetElapsedTime(known.At) <= maxAge && maxAge > TimeSpan.Zero)
                return known.End; // somebody else has asked meanwhile
            if (admin.TryBounds(changelog, CallTimeout) is not var (_, end))
                return null;
            _known[changelog] = (end, clock.GetTimestamp());
            return end;
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _isDisposed = true;
    }
}
