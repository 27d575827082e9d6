using System.Text.Json;
using MedStreams.Topologies.Recommendations;

namespace MedStreams.Golden.Tests.Recommender;

/// <summary>A file of recorded similarities, neighbours, recommendations and evaluations.</summary>
internal sealed class RecommenderVector : IDisposable
{
    private readonly JsonDocument _document;

    private RecommenderVector(string file)
    {
        Name = Path.GetFileNameWithoutExtension(file);
        _document = JsonDocument.Parse(File.ReadAllBytes(file));
        Cells = [.. Root.GetProperty("preferences").EnumerateArray().Select(p => (new Preference(Id(p[0]), Id(p[1]), p[2].GetDouble()), p[3].GetInt32() == 1))];
        Users = [.. Whole.GetProperty("users").EnumerateArray().Select(Id)];
    }

    public string Name { get; }

    /// <summary>All preferences in order of arrival, and whether each is held back.</summary>
    public IReadOnlyList<(Preference Preference, bool HeldBack)> Cells { get; }

    /// <summary>Users in order.</summary>
    public IReadOnlyList<string> Users { get; }

    public JsonElement Whole => Root.GetProperty("whole");

    public JsonElement Split => Root.GetProperty("split");

    private JsonElement Root => _document.RootElement;

    /// <summary>The recorded files; skips the test where there are none.</summary>
    public static IEnumerable<RecommenderVector> All()
    {
        foreach (var file in GoldenFolder.Files("recommender", "*.json"))
        {
            using var vector = new RecommenderVector(file);
            yield return vector;
        }
    }

    public static string Id(JsonElement number) => number.GetRawText();

    public static SimilarityKind Kind(string name) => name switch
    {
        "euclidean" => SimilarityKind.Euclidean,
        "euclideanMahout" => SimilarityKind.EuclideanMahout,
        "pearson" => SimilarityKind.Pearson,
        "cosine" => SimilarityKind.Cosine,
        _ => throw new InvalidDataException($"an unknown similarity: {name}"),
    };

    /// <summary><c>nearest5</c> and <c>threshold0.5</c>.</summary>
    public static Neighbourhood Hood(string name) =>
        Neighbourhood.TryParse(name.Replace("nearest", "nearest:", StringComparison.Ordinal).Replace("threshold", "threshold:", StringComparison.Ordinal), out var hood)
            ? hood
            : throw new InvalidDataException($"an unknown neighbourhood: {name}");

    /// <summary>The reasons why an entry is debatable, with what each concerns; none where it is not.</summary>
    public static Dictionary<string, string[]> Debatable(JsonElement entry)
    {
        if (!entry.TryGetProperty("debatable", out var reasons))
            return [];
        return reasons.ValueKind == JsonValueKind.Array
            ? reasons.EnumerateArray().ToDictionary(r => r.GetString()!, _ => Array.Empty<string>(), StringComparer.Ordinal)
            : reasons.EnumerateObject().ToDictionary(r => r.Name, r => r.Value.EnumerateArray().Select(Id).ToArray(), StringComparer.Ordinal);
    }

    /// <summary>A model of all preferences, or of those that are not held back.</summary>
    public PreferenceModel Model()
    {
        var model = new PreferenceModel();
        foreach (var (preference, _) in Cells)
            model.Set(preference.User, preference.Item, preference.Value);
        return model;
    }

    public void Dispose() => _document.Dispose();
}
