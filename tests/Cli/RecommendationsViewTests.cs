using System.Text.Json;
using MedStreams.Cli.Running.Recommendations;
using MedStreams.Streams;
using MedStreams.Topologies.Recommendations;

namespace MedStreams.Cli.Tests;

public sealed class RecommendationsViewTests
{
    [Fact]
    public async Task S5_8_the_page_shows_precision_in_all_and_by_pseudonym()
    {
        var view = new RecommendationsView(TimeProvider.System, () =>
        [
            new("*", new RecommendationScore(30, 10, 3)), new("*", new RecommendationScore(10, 10, 1)),
            new("meyer", new RecommendationScore(4, 2, 1)), new("schmidt", new RecommendationScore(8, 1, 0)), new("new", new RecommendationScore(0, 1, 0)),
        ]);

        var shown = JsonSerializer.SerializeToElement(await view.ReadAsync(TestContext.Current.CancellationToken), JsonSerializerOptions.Web);

        Assert.Equal((3, 0.1, 0.2), (shown.GetProperty("users").GetInt32(), shown.GetProperty("precision").GetDouble(), shown.GetProperty("recall").GetDouble()));
        Assert.Equal([0, 0.25], shown.GetProperty("perUser").EnumerateArray().Select(u => u.GetProperty("precision").GetDouble()));
        Assert.DoesNotContain("meyer", shown.GetRawText(), StringComparison.Ordinal);
        Assert.All(shown.GetProperty("perUser").EnumerateArray(), u => Assert.Equal(12, u.GetProperty("user").GetString()!.Length));
    }

    [Fact]
    public async Task The_page_shows_nothing_while_the_stores_are_not_there()
    {
        var view = new RecommendationsView(TimeProvider.System, () => throw new InvalidStateStoreException("it is not started"));

        Assert.Null(await view.ReadAsync(TestContext.Current.CancellationToken));
    }
}
