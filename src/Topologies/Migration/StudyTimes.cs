using System.Globalization;
using MedStreams.Streams;

namespace MedStreams.Topologies.Migration;

/// <summary>When studies become due, for one purpose, in a store whose keys begin with the purpose and the time. Lives as long as its task.</summary>
internal sealed class StudyTimes(IKeyValueStore<string, string> store, char purpose)
{
    /// <summary>Something is to be done for a study.</summary>
    public const char Look = 'l';

    /// <summary>A study is to be forgotten.</summary>
    public const char Forget = 'f';

    /// <summary>Moves a study from one time to another; 0 stands for never.</summary>
    public void Move(string study, long from, long to)
    {
        if (from == to)
            return;
        if (from > 0)
            store.Delete(Key(from, study));
        if (to > 0)
            store.Put(Key(to, study), study);
    }

    /// <summary>The studies that are due at a time, the longest due first.</summary>
    public IReadOnlyList<string> At(long now) => [.. store.Range(Key(0, ""), Key(now + 1, "")).Select(e => e.Value)];

    private string Key(long time, string study) => purpose + time.ToString("D19", CultureInfo.InvariantCulture) + study;
}
