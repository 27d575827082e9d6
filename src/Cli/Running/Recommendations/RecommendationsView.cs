using System.Security.Cryptography;
using System.Text;
using MedStreams.Cli.Running.Page;
using MedStreams.Monitoring.Page;
using MedStreams.Streams;
using MedStreams.Topologies.Recommendations;

namespace MedStreams.Cli.Running.Recommendations;

/// <summary>
/// How well recommendations fit, as the page shows it: of the partitions that this instance has. Users are pseudonyms by a secret of the process, so that nobody works out who
/// they are by trying ids.
/// </summary>
/// <param name="clock">Tells the present.</param>
/// <param name="scores">What the store of scores holds here.</param>
internal sealed class RecommendationsView(TimeProvider clock, Func<IEnumerable<KeyValuePair<string, RecommendationScore?>>> scores) : IPagePart
{
    /// <summary>So many users are shown by themselves: those to whom most was recommended.</summary>
    private const int Most = 200;

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);

    /// <inheritdoc/>
    public string Name => "recommendations";

    /// <summary>The view of a topology.</summary>
    public static PageContent Of(PageSetting setting) => new()
    {
        Parts = [new RecommendationsView(setting.Clock, () => setting.Streams.Store(StoreQueryParameters.FromNameAndType(
            RecommendationsTopology.ScoreStore, QueryableStoreTypes.KeyValueStore<string, RecommendationScore?>())).All())],
    };

    /// <inheritdoc/>
    public ValueTask<object?> ReadAsync(CancellationToken cancellationToken)
    {
        var total = new RecommendationScore(0, 0, 0);
        var users = 0;
        var shown = new PriorityQueue<(string User, double Precision), long>();
        try
        {
            foreach (var (user, score) in scores())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (score is null)
                    continue;
                if (user == RecommendationsOptions.AnyUser)
                {
                    total = total.And(score);
                    continue;
                }

                users++;
                if (score.Precision is not { } precision)
                    continue;
                shown.Enqueue((user, precision), score.Shown);
                if (shown.Count > Most)
                    shown.Dequeue();
            }
        }
        catch (InvalidStateStoreException)
        {
            return new(default(object)); // not started yet, or stopped
        }

        return new(new
        {
            Users = users,
            total.Precision,
            total.Recall,
            At = clock.GetUtcNow(),
            PerUser = shown.UnorderedItems.OrderByDescending(u => u.Priority).Select(u => new { User = Pseudonym(u.Element.User), u.Element.Precision }).ToList(),
        });
    }

    private string Pseudonym(string user) => Convert.ToHexStringLower(HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(user)).AsSpan(0, 6));
}
