using MedStreams.Streams;

namespace MedStreams.Topologies.Migration;

/// <summary>What operators want, from the table that every instance keeps whole; where they said nothing, what is set. Not for several threads.</summary>
internal sealed class OperatorWords(MigrationOptions options, IReadOnlyKeyValueStore<string, ValueAndTimestamp<MigrationControl>?> store)
{
    private const string Pause = "pause";
    private const string Retry = "retry";

    /// <summary>How fast at most.</summary>
    public Throttle Throttle => Word("throttle")?.Throttle ?? options.Throttle;

    /// <summary>Whether studies of a list may begin at a time: nobody paused them, and the schedule is open.</summary>
    public bool MayBegin(string list, long now)
    {
        if (Word(Pause) is { IsPaused: true } || Word($"{Pause}/{list}") is { IsPaused: true })
            return false;
        var schedule = Word("schedule") is { } word ? word.Schedule : options.Schedule;
        return schedule is null || schedule.IsOpen(now);
    }

    /// <summary>When it was last said that studies of a list are to be tried now; 0: never.</summary>
    public long RetriedAt(string list) => Math.Max(Word(Retry)?.At ?? 0, Word($"{Retry}/{list}")?.At ?? 0);

    /// <summary>A number that changes with every word.</summary>
    public long Version()
    {
        var hash = new HashCode();
        foreach (var (key, word) in store.All())
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(word?.Value.At);
        }

        return hash.ToHashCode();
    }

    private MigrationControl? Word(string key) => store.Get(key)?.Value;
}
