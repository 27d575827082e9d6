using System.Text.Json;
using MedStreams.Topologies.Recommendations;

namespace MedStreams.Golden.Tests.Recommender;

/// <summary>
/// Recommendations as Mahout's Taste gives them. Debatable kinds are decided once, see docs/decisions.md: what is equal but for rounding is equal and goes by id
/// (<c>nearTie</c>, <c>cut</c>), a threshold is reached within 1e-9 (<c>nearThreshold</c>), weights keep their signs (<c>negativeWeight</c>), estimates keep the limits
/// (<c>limited</c>), and weights that cancel each other out give no estimate (<c>weightsCancel</c>).
/// </summary>
public sealed class RecommenderGoldenTests
{
    [Fact]
    public void S5_5_similarities_are_as_recorded()
    {
        var tally = new Tally("recommender similarities");
        foreach (var vector in RecommenderVector.All())
        {
            var model = vector.Model();
            foreach (var kind in vector.Whole.GetProperty("similarities").EnumerateObject())
            {
                var recommender = new Topologies.Recommendations.Recommender(model, RecommenderVector.Kind(kind.Name), new Neighbourhood.Nearest(1));
                foreach (var (x, y, expected) in Pairs(vector, kind.Value))
                {
                    var (there, back) = (recommender.Similarity(vector.Users[x], vector.Users[y]), recommender.Similarity(vector.Users[y], vector.Users[x]));
                    tally.Count($"{vector.Name} {kind.Name} {vector.Users[x]} {vector.Users[y]}", there.Equals(back) ? Near(expected, there, 1e-12) : "is another one the other way round");
                }
            }
        }

        tally.Close();
    }

    [Fact]
    public void S5_5_neighbours_are_as_recorded()
    {
        var tally = new Tally("recommender neighbours");
        foreach (var (vector, kind, hood, entries) in Ways("neighbours"))
        {
            var recommender = new Topologies.Recommendations.Recommender(vector.Model(), RecommenderVector.Kind(kind), RecommenderVector.Hood(hood));
            foreach (var (user, entry) in vector.Users.Zip(entries.EnumerateArray()))
            {
                var expected = Ids(entry, "list");
                var actual = recommender.Neighbours(user).Select(n => n.User);
                tally.Count($"{vector.Name} {kind} {hood} {user}", expected.SequenceEqual(actual) ? null : $"{string.Join(' ', actual)}, not {string.Join(' ', expected)}");
            }
        }

        tally.Close();
    }

    [Fact]
    public void S5_5_recommendations_are_as_recorded()
    {
        var tally = new Tally("recommender recommendations");
        var decided = 0;
        foreach (var (vector, kind, hood, entries) in Ways("recommendations"))
        {
            var recommender = new Topologies.Recommendations.Recommender(vector.Model(), RecommenderVector.Kind(kind), RecommenderVector.Hood(hood));
            var neighbours = vector.Whole.GetProperty("neighbours").GetProperty(kind).GetProperty(hood).EnumerateArray().ToList();
            foreach (var (index, entry) in entries.EnumerateArray().Index())
            {
                var user = vector.Users[index];
                var reasons = RecommenderVector.Debatable(entry);
                decided += reasons.Count > 0 ? 1 : 0;
                var used = reasons.ContainsKey("neighbours") ? Recorded(recommender, user, neighbours[index]) : recommender.Neighbours(user);
                tally.Count($"{vector.Name} {kind} {hood} {user}", Difference(recommender, user, used, entry, reasons));
            }
        }

        Console.Out.WriteLine($"golden recommender recommendations: {decided} of them debatable, compared as decided");
        tally.Close();
    }

    private static string? Difference(
        Topologies.Recommendations.Recommender recommender, string user, IReadOnlyList<Neighbour> neighbours, JsonElement entry, Dictionary<string, string[]> reasons)
    {
        var cancelled = reasons.GetValueOrDefault("weightsCancel", []);
        var expected = entry.GetProperty("top").EnumerateArray().Where(t => !cancelled.Contains(RecommenderVector.Id(t[0]))).ToList();
        var actual = recommender.Top(user, neighbours, 5);
        if (cancelled.Concat(Ids(entry, "single")).FirstOrDefault(item => recommender.Estimate(user, item, neighbours) is not null) is { } impossible)
            return $"{impossible} has an estimate";

        // Where weights cancel, others may follow that the recording has no room for.
        if (cancelled.Length == 0 ? actual.Count != expected.Count : actual.Count < expected.Count)
            return $"{actual.Count} items, not {expected.Count}";
        foreach (var (ours, recorded) in actual.Zip(expected))
        {
            if (ours.Item != RecommenderVector.Id(recorded[0]) || ours.Neighbours != recorded[3].GetInt32())
                return $"{ours.Item} by {ours.Neighbours}, not {recorded.GetRawText()}";
            if (Estimated(recorded[1], recorded[2], ours.Value) is { } difference)
                return difference;
        }

        return null;
    }

    /// <summary>Compares with the exact value where no limit changed it, and with Mahout's float in any case.</summary>
    internal static string? Estimated(JsonElement value, JsonElement exact, double ours)
    {
        var rounded = value.GetSingle();
        if (Math.Abs(ours - rounded) > 1e-9 + ((MathF.BitIncrement(MathF.Abs(rounded)) - MathF.Abs(rounded)) / 2))
            return $"{ours}, not {rounded}";
        return exact.ValueKind == JsonValueKind.Null || exact.GetDouble() is var wide && (Math.Abs(wide - ours) <= 1e-9 || rounded == ours) ? null : $"{ours}, not {exact.GetDouble()}";
    }

    internal static string? Near(double? expected, double? actual, double tolerance) =>
        expected is { } e && actual is { } a ? Math.Abs(e - a) <= tolerance ? null : $"{a}, not {e}" : expected.Equals(actual) ? null : $"{actual}, not {expected}";

    private static IEnumerable<(RecommenderVector Vector, string Kind, string Hood, JsonElement Entries)> Ways(string member) =>
        from vector in RecommenderVector.All()
        from kind in vector.Whole.GetProperty(member).EnumerateObject()
        from hood in kind.Value.EnumerateObject()
        select (vector, kind.Name, hood.Name, hood.Value);

    private static IEnumerable<(int X, int Y, double? Expected)> Pairs(RecommenderVector vector, JsonElement rows)
    {
        foreach (var (x, row) in rows.EnumerateArray().Index())
        {
            Assert.Equal(vector.Users.Count - x - 1, row.GetArrayLength());
            foreach (var (step, value) in row.EnumerateArray().Index())
                yield return (x, x + 1 + step, value.ValueKind == JsonValueKind.Null ? null : value.GetDouble());
        }
    }

    /// <summary>The neighbours that a recording went by: Mahout's where it differs.</summary>
    private static IReadOnlyList<Neighbour> Recorded(Topologies.Recommendations.Recommender recommender, string user, JsonElement neighbours) =>
        [.. Ids(neighbours, neighbours.TryGetProperty("mahout", out _) ? "mahout" : "list").Select(other => new Neighbour(other, recommender.Similarity(user, other)!.Value))];

    private static string[] Ids(JsonElement entry, string member) =>
        entry.TryGetProperty(member, out var ids) ? [.. ids.EnumerateArray().Select(RecommenderVector.Id)] : [];
}
