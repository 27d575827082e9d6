using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// A consistent-hash ring of 2^32 points with many points for each instance. It decides wherever nothing else does: whose turn it
/// is for a task that nobody has had yet, and ties. Every member computes the same ring from the same names. Immutable.
/// </summary>
internal sealed class HashRing
{
    private const int PointsPerInstance = 128;
    private readonly uint[] _points;
    private readonly int[] _owners;

    /// <summary>A ring of instances, which are numbered from 0 in the order given.</summary>
    public HashRing(IReadOnlyList<string> instances)
    {
        var points = instances
            .SelectMany((name, owner) => Enumerable.Range(0, PointsPerInstance).Select(v => (Point: Hash($"{name}#{v}"), Owner: owner)))
            .OrderBy(p => p.Point).ThenBy(p => p.Owner)
            .ToList();
        _points = [.. points.Select(p => p.Point)];
        _owners = [.. points.Select(p => p.Owner)];
        Count = instances.Count;
    }

    /// <summary>How many instances there are.</summary>
    public int Count { get; }

    /// <summary>For each instance its turn, from 0, going clockwise from the point of a key.</summary>
    public int[] Turns(string key)
    {
        var turns = new int[Count];
        Array.Fill(turns, -1);
        if (Count == 0)
            return turns;
        var at = Array.BinarySearch(_points, Hash(key));
        at = at < 0 ? ~at : at;
        for (var turn = 0; turn < Count; at++)
        {
            var owner = _owners[at % _owners.Length];
            if (turns[owner] < 0)
                turns[owner] = turn++;
        }

        return turns;
    }

    /// <summary>The point of a key, the same in every process.</summary>
    public static uint Hash(string key) =>
        BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
