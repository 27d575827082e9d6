using System.Globalization;
using MedStreams.Streams;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>Which groups have something to do, by the day that it is due on, in a store whose keys begin with the day. Lives as long as its task.</summary>
internal sealed class Agenda(IKeyValueStore<string, string> store)
{
    /// <summary>Moves a group from one day to another; null stands for never.</summary>
    public void Move(string enterprise, DateOnly? from, DateOnly? to)
    {
        if (from == to)
            return;
        if (from is { } old)
            store.Delete(Key(old, enterprise));
        if (to is { } day)
            store.Put(Key(day, enterprise), enterprise);
    }

    /// <summary>The groups that have something to do up to a day, the longest due first.</summary>
    public IReadOnlyList<string> UpTo(DateOnly day) => [.. store.Range(Key(DateOnly.MinValue, ""), Key(day.AddDays(1), "")).Select(e => e.Value)];

    private static string Key(DateOnly day, string enterprise) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + enterprise;
}
