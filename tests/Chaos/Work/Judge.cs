using System.Globalization;
using MedStreams.Streams;

namespace MedStreams.Chaos.Tests.Work;

/// <summary>Compares outputs with the model. Exactly once: every sequence of changes is the model's. At least once: see <see cref="AtLeastOnce"/>.</summary>
internal sealed class Judge(ChaosTopics topics, Model model, ProcessingGuarantee guarantee)
{
    /// <summary>Faults of the outputs, in words; none where all is right.</summary>
    /// <param name="seen">All that the output topics hold, each partition in order.</param>
    /// <param name="rows">By group, the numbers in the table; null without a database.</param>
    /// <param name="hasEnded">Whether asks without an answer were told.</param>
    /// <param name="processed">How many records the runners have counted, those counted again included.</param>
    /// <param name="isStopped">
    /// Whether all runners were stopped. With at least once, records that were sent again while they stopped are in the topic of rows then, and nobody has brought
    /// them to the table yet.
    /// </param>
    public IReadOnlyList<string> Faults(
        IReadOnlyList<Seen> seen, IReadOnlyDictionary<string, List<long>>? rows, bool hasEnded, long processed, bool isStopped = false)
    {
        var faults = new List<string>();
        var counts = Sequences(seen, topics.Counts);
        var windows = Sequences(seen, topics.Windows);
        var expected = model.Pairs.Concat(hasEnded ? model.Unanswered : []).Order(StringComparer.Ordinal).ToList();
        var joined = seen.Where(s => s.Topic == topics.Joins).Select(s => s.Value).Order(StringComparer.Ordinal).ToList();
        if (guarantee == ProcessingGuarantee.ExactlyOnceV2)
        {
            ExactlyOnce("counts", counts, model.Counts, faults);
            ExactlyOnce("windows", windows, model.Windows, faults);
            Same("joins", joined, expected, faults);
        }
        else
        {
            AtLeastOnce("counts", counts, model.Counts, [.. model.Counts.Keys], processed, faults);
            AtLeastOnce("windows", windows, model.Windows, model.AllWindows, long.MaxValue, faults);
            Same("joins", [.. joined.Distinct(StringComparer.Ordinal)], expected, faults);
        }

        foreach (var twice in seen.GroupBy(s => (s.Topic, s.Partition, s.Offset)).Where(g => g.Select(s => (s.Key, s.Value)).Distinct().Count() > 1).Take(5))
            faults.Add($"{twice.Key.Topic}-{twice.Key.Partition} at {twice.Key.Offset} has been several records: what was shown was lost");
        if (rows is not null)
        {
            var mayLag = isStopped && guarantee != ProcessingGuarantee.ExactlyOnceV2;
            Rows(rows, seen.Where(s => s.Topic == topics.Rows).ToLookup(s => s.Key, StringComparer.Ordinal), mayLag, faults);
        }

        return faults;
    }

    private static Dictionary<string, List<long>> Sequences(IReadOnlyList<Seen> seen, string topic) => seen
        .Where(s => s.Topic == topic)
        .GroupBy(s => s.Key, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.Select(s => long.Parse(s.Value, CultureInfo.InvariantCulture)).ToList(), StringComparer.Ordinal);

    private static void ExactlyOnce(
        string what, Dictionary<string, List<long>> found, IReadOnlyDictionary<string, long> expected, List<string> faults)
    {
        foreach (var key in found.Keys.Union(expected.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var sequence = found.GetValueOrDefault(key, []);
            var last = expected.GetValueOrDefault(key);
            var wrong = sequence.Select((value, i) => (value, i)).FirstOrDefault(v => v.value != v.i + 1, (value: -1, i: -1));
            if (wrong.i >= 0)
                faults.Add($"{what} {key}: change {wrong.i + 1} of {sequence.Count} is {wrong.value} (of {last})");
            else if (sequence.Count != last)
                faults.Add($"{what} {key}: {sequence.Count} changes instead of {last}");
        }
    }

    /// <summary>
    /// The last value of each key is at least the model's, nobody counted what was not there, and all counts together are no
    /// more than the records that were processed, those processed again included. What is too late for its window may be taken after a restart.
    /// </summary>
    private static void AtLeastOnce(
        string what,
        Dictionary<string, List<long>> found,
        IReadOnlyDictionary<string, long> expected,
        HashSet<string> possible,
        long processed,
        List<string> faults)
    {
        faults.AddRange(found.Keys.Except(possible, StringComparer.Ordinal).Select(key => $"{what} {key}: there is no such key"));
        foreach (var (key, least) in expected)
        {
            if (found.GetValueOrDefault(key, []) is not [.., var last])
                faults.Add($"{what} {key}: nothing instead of {least}");
            else if (last < least)
                faults.Add($"{what} {key}: {last} is less than {least}");
        }

        var sum = found.Values.Sum(v => v[^1]);
        if (sum > processed)
            faults.Add($"{what}: {sum} in all, but only {processed} records were processed");
    }

    private static void Same(string what, List<string> found, List<string> expected, List<string> faults)
    {
        if (found.SequenceEqual(expected, StringComparer.Ordinal))
            return;
        var missing = expected.Except(found, StringComparer.Ordinal).ToList();
        var extra = found.Except(expected, StringComparer.Ordinal).ToList();
        var doubled = found.GroupBy(f => f, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key).ToList();
        faults.Add(
            $"{what}: {found.Count} instead of {expected.Count}; missing {missing.Count}: {string.Join(", ", missing.Take(5))}; "
            + $"not expected {extra.Count}: {string.Join(", ", extra.Take(5))}; twice {doubled.Count}: {string.Join(", ", doubled.Take(5))}");
    }

    /// <summary>The table has each record of its topic once, whatever the guarantee: the sink's own transactions see to that.</summary>
    private static void Rows(IReadOnlyDictionary<string, List<long>> rows, ILookup<string, Seen> sent, bool mayLag, List<string> faults)
    {
        foreach (var key in rows.Keys.Union(sent.Select(s => s.Key), StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (found, expected) = (rows.GetValueOrDefault(key) ?? [], sent[key].ToList());
            if (found.Order().SequenceEqual(expected.Select(Number).Order()))
                continue;
            var (inTable, inTopic) = (found.CountBy(n => n).ToDictionary(), expected.CountBy(Number).ToDictionary());
            var missing = expected.Where(s => inTable.GetValueOrDefault(Number(s)) < (mayLag ? 1 : inTopic[Number(s)])).ToList();
            var extra = found.Where(n => inTopic.GetValueOrDefault(n) < inTable[n]).Distinct().ToList();
            if (missing is [] && extra is [])
                continue;
            faults.Add(
                $"table {key}: {found.Count} rows instead of {expected.Count}; missing {Places(missing)}; more often than sent {string.Join(", ", extra.Take(5))}");
        }
    }

    private static long Number(Seen seen) => long.Parse(seen.Value, CultureInfo.InvariantCulture);

    private static string Places(List<Seen> seen) => seen is []
        ? "none"
        : $"{seen.Count} between {seen[0].Partition}@{seen[0].Offset} and {seen[^1].Partition}@{seen[^1].Offset}";
}
