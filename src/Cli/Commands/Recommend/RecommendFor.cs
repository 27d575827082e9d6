using System.CommandLine;
using System.Text.Json;
using MedStreams.Cli.Commands.Query;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Terminal;
using MedStreams.Topologies.Recommendations;

namespace MedStreams.Cli.Commands.Recommend;

/// <summary><c>recommend for USER</c>: a user's list, from any instance of the running topology; of an unknown user what is preferred in general.</summary>
internal static class RecommendFor
{
    public static Command Create(CliEnvironment environment)
    {
        var user = new Argument<string>("USER") { Description = "The user's id" };
        return new Command("for", "Shows what is recommended to a user; to an unknown one what is preferred in general")
        {
            user,
            new SettingOption("--server", StreamsSettings.ApplicationServer) { HelpName = "HOST:PORT" },
        }.Runs(environment, async (context, stop) =>
        {
            using var client = new QueryClient(
                context.Settings.Require(StreamsSettings.ApplicationServer),
                context.Settings.Find(StreamsSettings.HttpToken, out var token) ? token : null,
                context.Settings.Get(KafkaSettings.Timeout));
            var id = context.Parse.GetRequiredValue(user);
            var list = await AskAsync(client, id, stop)
                ?? await AskAsync(client, RecommendationsOptions.AnyUser, stop)
                ?? throw CliException.CheckFailed("there are no preferences yet, so there is nothing to recommend");
            Write(context, list with { User = id });
            return ExitCodes.Done;
        });
    }

    private static async Task<RecommendationList?> AskAsync(QueryClient client, string user, CancellationToken stop)
    {
        var query = new QueryFields { All = false, After = null };
        query.Values.Add("key", JsonSerializer.SerializeToElement(user));
        return await client.AskAsync(RecommendationsTopology.ListStore, query.ToJson(null), stop) is { } answer
            ? answer.GetProperty("value").Deserialize<RecommendationList>(JsonSerializerOptions.Web)
            : null;
    }

    private static void Write(CommandContext context, RecommendationList list)
    {
        if (context.Output.Json)
        {
            context.Output.WriteJson(json => JsonSerializer.Serialize(json, list, JsonSerializerOptions.Web));
            return;
        }

        var at = DateTimeOffset.FromUnixTimeMilliseconds(list.ComputedAt);
        context.Output.Note($"{(list.Fallback ? "What is preferred in general" : $"By {list.Method}")}, of {at:yyyy-MM-dd HH:mm:ss} UTC");
        var table = new Table("item", "value", "neighbours", "fallback");
        foreach (var item in list.Items)
            table.Add(item.Item, Math.Round(item.Value, 3), item.Neighbours, list.Fallback);
        context.Output.Write(table);
    }
}
