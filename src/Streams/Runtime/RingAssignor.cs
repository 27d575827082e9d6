using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// Gives tasks to members: instances and tasks are hashed onto a ring of 2^32 points, and the first instance clockwise of
/// a task owns it, unless it has its fair share already (consistent hashing with bounded load). Every member computes
/// the same answer from the same members and tasks, whatever their order. Pure.
/// </summary>
internal static class RingAssignor
{
    private const int VirtualNodes = 128;

    public static IReadOnlyDictionary<MemberIdentity, IReadOnlyList<TaskId>> Assign(
        IEnumerable<TaskId> tasks, IEnumerable<MemberIdentity> members)
    {
        var sortedTasks = tasks.Order().ToList();
        var threads = members.Distinct().GroupBy(m => m.Instance, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Order().ToList(), StringComparer.Ordinal);
        var byInstance = Distribute(sortedTasks, threads.ToDictionary(t => t.Key, t => t.Value.Count, StringComparer.Ordinal));
        var result = new Dictionary<MemberIdentity, IReadOnlyList<TaskId>>();
        foreach (var (instance, own) in byInstance)
        {
            var byThread = Distribute(
                own, threads[instance].ToDictionary(m => m.Thread.ToString(), _ => 1, StringComparer.Ordinal));
            foreach (var member in threads[instance])
                result.Add(member, byThread[member.Thread.ToString()]);
        }

        return result;
    }

    /// <summary>Spreads tasks over owners in proportion to their weights, each sub-topology evenly as well.</summary>
    private static Dictionary<string, List<TaskId>> Distribute(
        List<TaskId> tasks, Dictionary<string, int> weights)
    {
        var owners = weights.Keys.Order(StringComparer.Ordinal).ToList();
        var result = owners.ToDictionary(o => o, _ => new List<TaskId>(), StringComparer.Ordinal);
        if (owners.Count == 0)
            return result;
        var total = weights.Values.Sum();
        var ring = owners
            .SelectMany(o => Enumerable.Range(0, VirtualNodes * weights[o]).Select(v => (Point: Hash($"{o}#{v}"), Owner: o)))
            .OrderBy(p => p.Point).ThenBy(p => p.Owner, StringComparer.Ordinal)
            .ToList();
        var perSubtopology = tasks.CountBy(t => t.Subtopology).ToDictionary();
        var load = new Dictionary<(string, int), int>();
        foreach (var task in tasks)
        {
            var owner = FirstClockwise(ring, Hash(task.ToString()), o =>
                    HasRoom(result[o].Count, tasks.Count, weights[o], total)
                    && HasRoom(load.GetValueOrDefault((o, task.Subtopology)), perSubtopology[task.Subtopology], weights[o], total))
                ?? FirstClockwise(ring, Hash(task.ToString()), o => HasRoom(result[o].Count, tasks.Count, weights[o], total))!;
            result[owner].Add(task);
            load[(owner, task.Subtopology)] = load.GetValueOrDefault((owner, task.Subtopology)) + 1;
        }

        return result;
    }

    private static bool HasRoom(int has, int tasks, int weight, int total) =>
        has < ((tasks * weight) + total - 1) / total;

    private static string? FirstClockwise(List<(uint Point, string Owner)> ring, uint point, Func<string, bool> accepts)
    {
        var start = ring.FindIndex(p => p.Point >= point);
        for (var i = 0; i < ring.Count; i++)
        {
            var owner = ring[(Math.Max(start, 0) + i) % ring.Count].Owner;
            if (accepts(owner))
                return owner;
        }

        return null;
    }

    private static uint Hash(string text) =>
        BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
