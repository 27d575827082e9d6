using System.Globalization;
using MedStreams.Streams;

namespace MedStreams.Topologies.Reservations;

/// <summary>
/// When keys become due, in a store whose keys begin with the time: what is due is a range from the front, however many wait. Lives as
/// long as its task.
/// </summary>
internal sealed class DueTimes(IKeyValueStore<string, string> store)
{
    /// <summary>Moves a key from one time to another; 0 stands for never.</summary>
    public void Move(string key, long from, long to)
    {
        if (from == to)
            return;
        if (from > 0)
            store.Delete(Key(from, key));
        if (to > 0)
            store.Put(Key(to, key), key);
    }

    /// <summary>The keys that are due at a time, the longest due first.</summary>
    public IReadOnlyList<string> At(long now) => [.. store.Range(null!, Key(now + 1, string.Empty)).Select(e => e.Value)];

    private static string Key(long time, string key) => time.ToString("D19", CultureInfo.InvariantCulture) + key;
}
