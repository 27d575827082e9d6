using MedStreams.Streams;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>What people want, from the table that every instance keeps whole. Not for several threads.</summary>
internal sealed class ControlWords(IReadOnlyKeyValueStore<string, ValueAndTimestamp<SyncControl>?> store)
{
    private const string Paused = "it is paused";

    /// <summary>Why calls of a group to an operator are held back; null: they are not.</summary>
    public string? Held(string enterprise, string name) =>
        IsPaused(null, null) || IsPaused(enterprise, null) || IsPaused(null, name) || IsPaused(enterprise, name) ? Paused : null;

    /// <summary>Whether everything is paused.</summary>
    public bool IsAllPaused => IsPaused(null, null);

    /// <summary>When the last word was said; 0: none was. A word calls for a round.</summary>
    public long LastAt() => store.All().Select(e => e.Value?.Value.At ?? 0).DefaultIfEmpty(0).Max();

    private bool IsPaused(string? enterprise, string? name) =>
        store.Get(SyncControl.KeyOf(SyncVerb.Pause, enterprise, name))?.Value is { IsPaused: true };
}
