using System.Globalization;
using MedStreams.Streams;

namespace MedStreams.Topologies.Migration;

/// <summary>Studies that wait for their lists, in a store whose keys begin with the list and then say the order. Lives as long as its task.</summary>
internal sealed class TaskQueue(IKeyValueStore<string, string> store)
{
    private const char Separator = '\u0001';
    private const long Latest = long.MaxValue / 2; // behind all that have a time

    /// <summary>The place of a study.</summary>
    public static string Key(TaskOrder order, string list, string study, MigrationTask task)
    {
        var first = order switch
        {
            TaskOrder.OldestFirst => Number(task.ExamTime ?? Latest),
            TaskOrder.NewestFirst => Number(task.ExamTime is { } time ? -time : Latest),
            _ => Clean(task.Hierarchy),
        };
        return string.Join(Separator, Clean(list), Number(-(long)task.Priority), first, Number(task.Number), study);
    }

    public void Add(string key, string study) => store.Put(key, study);

    public void Remove(string key) => store.Delete(key);

    /// <summary>The study of a list that is next; null where none waits.</summary>
    public string? First(string list)
    {
        foreach (var (_, study) in store.PrefixScan(Clean(list) + Separator, Serdes.String))
            return study;
        return null;
    }

    /// <summary>So that the order of texts is that of numbers, negative ones too.</summary>
    private static string Number(long value) => unchecked((ulong)value ^ (1UL << 63)).ToString("X16", CultureInfo.InvariantCulture);

    private static string Clean(string text) => text.Replace(Separator, ' ');
}
