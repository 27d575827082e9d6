using MedStreams.Bench.Support;
using MedStreams.Topologies.Recommendations;

namespace MedStreams.Recommender.Bench;

/// <summary>The model without an engine around it; CPU time of the process, one thread.</summary>
internal sealed class ModelRuns(Matrix matrix, Report report)
{
    private const string Bench = "Recommender";

    private static readonly RecommendationsOptions Options = new() { Partitions = 1, ListsPerLook = int.MaxValue };

    public void Preferences()
    {
        var all = matrix.Preferences().ToList();
        var before = Managed();
        var meter = Usage.Begin();
        var plain = Plain(all);
        var bare = meter.End().Cpu.TotalSeconds;
        var plainBytes = Managed() - before;
        var cells = plain.Users.Values.Sum(u => u.Count);
        GC.KeepAlive(plain);
        plain = default;

        before = Managed();
        meter = Usage.Begin();
        var recommender = Filled(all);
        var used = meter.End().Cpu.TotalSeconds;
        var bytes = Managed() - before;
        var workload = $"M1 {matrix.Name}, {recommender.Model.Count:#,##0} cells";
        report.Add(new Figure(Bench, workload, all.Count / used, "preferences/s CPU", all.Count / bare, "plain dictionaries"));
        report.Add(new Figure(Bench, workload, (double)bytes / cells, "bytes/preference", (double)plainBytes / cells, "plain dictionaries"));
        GC.KeepAlive(recommender);
    }

    public void Lists(int count)
    {
        var all = matrix.Preferences().ToList();
        var recommender = Filled(all);
        var meter = Usage.Begin();
        var lists = recommender.Due(0).Take(count).Select(l => l.User).ToList();
        var used = meter.End().Cpu.TotalSeconds;
        const int Few = 20;
        var plain = Plain(all).Users;
        meter = Usage.Begin();
        foreach (var user in lists.Take(Few))
            Nearest(plain, user);
        var bare = meter.End().Cpu.TotalSeconds;
        report.Add(new Figure(Bench, $"M2 {matrix.Name}", lists.Count / used, "lists/s CPU", Few / bare, "all pairs of the user"));
    }

    private static IncrementalRecommender Filled(List<Preference> all)
    {
        var recommender = new IncrementalRecommender(Options, static _ => true);
        foreach (var (user, item, value) in all)
            recommender.Set(user, item, value, 0);
        return recommender;
    }

    private static (Dictionary<string, Dictionary<string, double>> Users, Dictionary<string, Dictionary<string, double>> Items) Plain(List<Preference> all)
    {
        var (users, items) = (new Dictionary<string, Dictionary<string, double>>(), new Dictionary<string, Dictionary<string, double>>());
        foreach (var (user, item, value) in all)
        {
            Of(users, user)[item] = value;
            Of(items, item)[user] = value;
        }

        return (users, items);

        static Dictionary<string, double> Of(Dictionary<string, Dictionary<string, double>> table, string id)
        {
            if (!table.TryGetValue(id, out var row))
                table.Add(id, row = []);
            return row;
        }
    }

    /// <summary>The 25 nearest by Euclid, every other user looked at.</summary>
    private static List<(string User, double Similarity)> Nearest(Dictionary<string, Dictionary<string, double>> users, string user)
    {
        var found = new List<(string User, double Similarity)>();
        foreach (var (other, row) in users)
        {
            var (sum, common) = (0.0, 0);
            foreach (var (item, value) in users[user])
            {
                if (!row.TryGetValue(item, out var theirs))
                    continue;
                sum += (value - theirs) * (value - theirs);
                common++;
            }

            if (common > 0 && other != user)
                found.Add((other, 1 / (1 + Math.Sqrt(sum))));
        }

        return [.. found.OrderByDescending(n => n.Similarity).Take(25)];
    }

    private static long Managed() => GC.GetTotalMemory(forceFullCollection: true);
}
