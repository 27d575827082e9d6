using System.Text;
using MedStreams.Streams;
using MedStreams.Streams.Testing;
using MedStreams.Topologies.Recommendations;

namespace MedStreams.Topologies.Tests.Recommendations;

public sealed class RecommendationsTopologyTests
{
    private static readonly RecommendationsOptions Small = new() { Partitions = 1, Count = 5, Neighbourhood = new Neighbourhood.Nearest(4) };

    [Theory]
    [InlineData(SimilarityKind.Euclidean, "nearest:4", 1000)]
    [InlineData(SimilarityKind.EuclideanMahout, "threshold:0.4", 1000)]
    [InlineData(SimilarityKind.Pearson, "nearest:6", 1000)]
    [InlineData(SimilarityKind.Cosine, "nearest:4", 5)]
    public void S5_5_lists_under_random_changes_are_what_they_are_when_worked_out_anew(SimilarityKind kind, string hood, int raters)
    {
        Assert.True(Neighbourhood.TryParse(hood, out var neighbourhood));
        using var run = new Run(Small with { Similarity = kind, Neighbourhood = neighbourhood, RatersPerItem = raters });
        var brute = new BruteForce(kind, neighbourhood, raters);
        var random = new RandomPreferences(raters + (int)kind, 16, 14, halfSteps: kind != SimilarityKind.Cosine);
        for (var round = 0; round < 12; round++)
        {
            for (var i = 0; i < 20; i++)
            {
                var (user, item, value) = random.Next(removals: 0.3);
                run.Prefer(user, item, value);
                brute.Set(user, item, value);
            }

            if (round == 8)
            {
                run.Forget(RandomPreferences.User(3));
                brute.Users.Remove(RandomPreferences.User(3));
            }

            run.Settle();
            AssertLists(run, brute);
        }
    }

    [Fact]
    public void S5_5_a_restart_looks_at_all_lists_again_and_writes_none()
    {
        var folder = Directory.CreateTempSubdirectory("recommendations").FullName;
        try
        {
            var brute = new BruteForce(Small.Similarity, Small.Neighbourhood);
            var random = new RandomPreferences(5, 14, 12);
            using (var run = new Run(Small, folder))
            {
                for (var i = 0; i < 120; i++)
                {
                    var (user, item, value) = random.Next(removals: 0.2);
                    run.Prefer(user, item, value);
                    brute.Set(user, item, value);
                }

                run.Settle();
                AssertLists(run, brute);
            }

            using var again = new Run(Small, folder);
            again.Settle();

            Assert.Empty(again.Lists.ReadRecords());
            again.Prefer("newcomer", "0", 4);
            brute.Set("newcomer", "0", 4);
            again.Settle();
            AssertLists(again, brute);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void S5_5_a_list_is_written_when_it_changes_and_at_most_once_a_window()
    {
        using var run = new Run(Small);
        foreach (var user in new[] { "a", "b", "c" })
            run.Prefer(user, "x", 3);
        run.Prefer("b", "y", 4);
        run.Prefer("c", "y", 5);
        run.Advance(TimeSpan.FromSeconds(1));
        var first = Assert.Single(run.Lists.ReadRecords(), r => r.Key == "a");
        Assert.Equal(new Recommendation("y", 4.5, 2), Assert.Single(first.Value.Items));
        Assert.Equal(run.Now, first.Value.ComputedAt);
        Assert.Equal("euclidean nearest:4", first.Value.Method);

        run.Prefer("c", "y", 4);
        run.Advance(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(run.Lists.ReadRecords(), r => r.Key == "a");
        run.Prefer("b", "y", 3);
        run.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(3.5, Assert.Single(run.Lists.ReadRecords(), r => r.Key == "a").Value.Items[0].Value);

        run.Prefer("b", "y", 4);
        run.Prefer("b", "y", 3);
        run.Settle();
        Assert.DoesNotContain(run.Lists.ReadRecords(), r => r.Key == "a");
    }

    [Fact]
    public void S5_5_a_preference_of_a_neighbour_for_what_is_not_shared_changes_the_list()
    {
        using var run = new Run(Small);
        foreach (var user in new[] { "a", "b", "c" })
            run.Prefer(user, "x", 3);
        run.Settle();
        run.Lists.ReadRecords();

        run.Prefer("b", "new", 5);
        run.Prefer("c", "new", 4);
        run.Settle();

        Assert.Equal(["new"], run.Lists.ReadRecords().Last(r => r.Key == "a").Value.Items.Select(i => i.Item));
    }

    [Fact]
    public void S5_5_a_user_without_preferences_is_gone_from_topic_and_store()
    {
        using var run = new Run(Small);
        run.Prefer("a", "x", 3);
        run.Prefer("a", "y", 3);
        run.Prefer("b", "x", 3);
        run.Settle();
        run.Lists.ReadRecords();

        run.Prefer("a", "x", null);
        run.Prefer("a", "y", null);
        Assert.Null(Assert.Single(run.Lists.ReadRecords()).Value);
        run.Forget("b");

        Assert.Null(Assert.Single(run.Lists.ReadRecords()).Value);
        run.Settle();
        Assert.Empty(run.Lists.ReadRecords());
        Assert.Equal(["*"], run.Stored.Select(l => l.User));
    }

    [Fact]
    public void S5_5_whoever_is_unknown_finds_what_is_preferred_in_general_in_the_store_only()
    {
        using var run = new Run(Small);
        run.Prefer("a", "x", 3);
        run.Prefer("b", "y", 5);
        run.Settle();

        var anybody = run.Stored.Single(l => l.User == "*");

        Assert.True(anybody.Fallback);
        Assert.Equal(["y", "x"], anybody.Items.Select(i => i.Item));
        Assert.DoesNotContain(run.Lists.ReadRecords(), r => r.Key == "*");
    }

    [Fact]
    public void S5_5_precision_is_measured_by_what_users_take_who_had_a_list()
    {
        using var run = new Run(Small);
        foreach (var user in new[] { "a", "b", "c" })
            run.Prefer(user, "x", 3);
        foreach (var (item, value) in new[] { ("y", 5), ("z", 4), ("w", 1) })
        {
            run.Prefer("b", item, value);
            run.Prefer("c", item, value);
        }

        Assert.Empty(run.Scores);
        run.Settle(); // a sees y, z and w; b and c have everything
        run.Prefer("a", "y", 4);
        run.Prefer("a", "w", 1); // the lower half: not taken
        run.Prefer("a", "y", 5); // not anew
        run.Prefer("a", "v", 5); // was on no list

        Assert.Equal(new RecommendationScore(3, 2, 1), run.Scores["a"]);
        Assert.Equal(run.Scores["a"], run.Scores["*"]);
        Assert.Equal((1.0 / 3, 0.5), (run.Scores["a"].Precision, run.Scores["a"].Recall));
        run.Forget("a");
        Assert.Equal(["*"], run.Scores.Keys);
    }

    [Theory]
    [InlineData("u", "{\"item\":\"x\"}", "The bytes are no JSON of a PreferenceRecord: ")]
    [InlineData("u", "{\"value\":3}", "The bytes are no JSON of a PreferenceRecord: ")]
    [InlineData("u", "{\"item\":\"\",\"value\":3}", "the item is missing")]
    [InlineData("u", "{\"item\":\"x\",\"value\":3,\"user\":\"v\"}", "the user is not the record's key")]
    [InlineData("u", "{\"item\":\"x\",\"value\":1e300}", "the value is not between -1000000 and 1000000")]
    [InlineData("*", "{\"item\":\"x\",\"value\":3}", "this user's id stands for whoever is unknown")]
    [InlineData("*", null, "this user's id stands for whoever is unknown")]
    [InlineData(null, "{\"item\":\"x\",\"value\":3}", "the user is missing")]
    public void What_is_no_preference_is_kept_byte_for_byte_with_the_reason(string? user, string? bytes, string reason)
    {
        using var run = new Run(Small);

        run.Raw.PipeInput(user!, bytes is null ? null! : Encoding.UTF8.GetBytes(bytes));

        var letter = Assert.Single(run.Refused.ReadRecords());
        Assert.Equal(bytes ?? string.Empty, Encoding.UTF8.GetString(letter.Value));
        Assert.StartsWith(reason, Encoding.UTF8.GetString(letter.Headers.Last("preference.refusal")!.Value.Value!.Value.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_has_too_many_items_gets_no_more_but_may_change_those()
    {
        using var run = new Run(Small with { ItemsPerUser = 2 });
        run.Prefer("a", "x", 3);
        run.Prefer("a", "y", 3);
        run.Prefer("a", "z", 3);
        run.Prefer("a", "y", 5);
        run.Prefer("a", "x", null);
        run.Prefer("a", "w", 3);

        var letter = Assert.Single(run.Refused.ReadRecords());
        Assert.Equal("{\"item\":\"z\",\"value\":3,\"user\":null}", Encoding.UTF8.GetString(letter.Value));
        Assert.Equal("the user has 2 items already", Encoding.UTF8.GetString(letter.Headers.Last("preference.refusal")!.Value.Value!.Value.Span));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void S5_5_tasks_have_the_lists_of_different_users_and_together_those_of_all(int partitions)
    {
        var options = Small with { Partitions = partitions };
        var tasks = Enumerable.Range(0, partitions).Select(p => new IncrementalRecommender(
            options, user => KafkaPartitioner.PartitionOf(Encoding.UTF8.GetBytes(user), partitions) == p)).ToList();
        var brute = new BruteForce(options.Similarity, options.Neighbourhood);
        var random = new RandomPreferences(partitions, 20, 15);
        for (var i = 0; i < 200; i++)
        {
            var (user, item, value) = random.Next(removals: 0.2);
            brute.Set(user, item, value);
            foreach (var task in tasks)
            {
                if (value is { } given)
                    task.Set(user, item, given, i);
                else
                    task.Remove(user, item, i);
            }
        }

        var lists = tasks.SelectMany(t => t.Due(1000)).ToDictionary(l => l.User);

        Assert.Equal(brute.Users.Keys.Order(), lists.Keys.Order());
        foreach (var user in brute.Users.Keys)
            AssertList(lists[user], brute, user);
    }

    private static void AssertLists(Run run, BruteForce brute)
    {
        var lists = run.Stored.ToDictionary(l => l.User);
        Assert.Equal(brute.MostPreferred(null, 5), lists["*"].Items.Select(i => i.Item));
        lists.Remove("*");
        Assert.Equal(brute.Users.Keys.Order(), lists.Keys.Order());
        foreach (var user in brute.Users.Keys)
            AssertList(lists[user], brute, user);
    }

    private static void AssertList(RecommendationList list, BruteForce brute, string user)
    {
        var top = brute.Top(user, 5);
        Assert.Equal(top.Count == 0, list.Fallback);
        if (list.Fallback)
            Assert.Equal(brute.MostPreferred(user, 5), list.Items.Select(i => i.Item));
        else
            RecommenderModelTests.AssertTop(top, list.Items);
    }

    /// <summary>The topology under the test driver.</summary>
    private sealed class Run : IDisposable
    {
        private readonly TopologyTestDriver _driver;
        private readonly TestInputTopic<string, PreferenceRecord> _preferences;
        private readonly RecommendationsOptions _options;

        public Run(RecommendationsOptions options, string? folder = null)
        {
            _options = options;
            var builder = new StreamsBuilder();
            RecommendationsTopology.Build(builder, options);
            _driver = new TopologyTestDriver(builder.Build(), new TopologyTestDriverOptions { StateDirectory = folder });
            _preferences = _driver.CreateInputTopic("preferences", Serdes.String, RecommendationSerdes.Preference);
            Raw = _driver.CreateInputTopic("preferences", Serdes.String, Serdes.Bytes);
            Lists = _driver.CreateOutputTopic("recommendations", Serdes.String, RecommendationSerdes.List);
            Refused = _driver.CreateOutputTopic("preferences.dead-letter", Serdes.String, Serdes.Bytes);
        }

        public TestInputTopic<string, byte[]> Raw { get; }

        public TestOutputTopic<string, RecommendationList> Lists { get; }

        public TestOutputTopic<string, byte[]> Refused { get; }

        public long Now => _driver.WallClock.ToUnixTimeMilliseconds();

        public IReadOnlyList<RecommendationList> Stored =>
            [.. _driver.GetKeyValueStore<string, RecommendationList?>(RecommendationsTopology.ListStore).All().Select(l => l.Value!)];

        public IReadOnlyDictionary<string, RecommendationScore> Scores =>
            _driver.GetKeyValueStore<string, RecommendationScore?>(RecommendationsTopology.ScoreStore).All().ToDictionary(s => s.Key, s => s.Value!);

        public void Prefer(string user, string item, double? value) => _preferences.PipeInput(user, new PreferenceRecord(item, value));

        public void Forget(string user) => Raw.PipeInput(user, null!);

        public void Advance(TimeSpan by) => _driver.AdvanceWallClockTime(by);

        /// <summary>Lets windows pass until everything was worked out that waited.</summary>
        public void Settle()
        {
            for (var i = 0; i < 3; i++)
                Advance(_options.Window + _options.LookInterval);
        }

        public void Dispose() => _driver.Dispose();
    }
}
