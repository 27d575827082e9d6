using System.CommandLine;
using System.Text.Json;
using MedStreams.Cli.Running.Recommendations;
using MedStreams.Cli.Terminal;
using MedStreams.Topologies.Recommendations;

namespace MedStreams.Cli.Commands.Recommend;

/// <summary><c>recommend evaluate FILE | --topic NAME</c>: holds a share of the preferences back and looks how well the rest foretells them.</summary>
internal static class RecommendEvaluate
{
    public static Command Create(CliEnvironment environment)
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "Preferences as lines of CSV (user,item,value) or JSON; - for standard input",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var topic = new Option<string?>("--topic") { Description = "Reads this topic of preferences instead, to its present end", HelpName = "NAME" };
        var all = new Option<bool>("--all") { Description = "Examines all similarities" };
        var share = new Option<double>("--hold-out") { Description = "The share that is held back, above 0 and below 1 (default: 0.2)", DefaultValueFactory = _ => 0.2, HelpName = "SHARE" };
        var seed = new Option<long>("--seed") { Description = "Chooses what is held back; the same seed chooses the same (default: 1)", DefaultValueFactory = _ => 1 };
        var relevant = new Option<double?>("--relevant-from") { Description = "Preferences from here on are relevant (default: the mean of all)", HelpName = "VALUE" };
        var sizes = new Option<int[]>("--at") { Description = "Precision and recall of the first so many; may be repeated (default: 5 and 10)", HelpName = "N" };
        sizes.MustBeAtLeast(1);
        share.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and < 1))
                result.AddError("--hold-out must be above 0 and below 1.");
        });
        return new Command("evaluate", "Examines recommendations: holds preferences back, and looks how well the others foretell them")
        {
            file, topic, all, share, seed, relevant, sizes, RecommendCommand.SimilarityOption(), RecommendCommand.NeighbourhoodOption(),
        }.Runs(environment, async (context, stop) =>
        {
            var parse = context.Parse;
            var preferences = await ReadAsync(context, parse.GetValue(file), parse.GetValue(topic), stop);
            var (training, heldBack) = HoldOut.Split(preferences, parse.GetValue(share), parse.GetValue(seed));
            if (training.Count == 0 || heldBack.Count == 0)
                throw CliException.Failed($"{preferences.Count} preferences are too few to examine anything: {heldBack.Count} are held back, {training.Count} left");
            var examination = new Examination(
                preferences.Count, heldBack.Count, parse.GetValue(share), parse.GetValue(seed), parse.GetValue(relevant) ?? preferences.Average(p => p.Value));
            var options = RecommendationsSettings.ToOptions(context.Settings);
            int[] looked = parse.GetValue(sizes) is { Length: > 0 } given ? [.. given.Distinct().Order()] : [5, 10];
            var results = (parse.GetValue(all) ? Enum.GetValues<SimilarityKind>() : [options.Similarity])
                .Select(similarity => Evaluation.Run(training, heldBack, similarity, options.Neighbourhood, examination.RelevantFrom, looked, options.RatersPerItem))
                .ToList();
            Write(context.Output, examination, results);
            return ExitCodes.Done;
        });
    }

    private static async Task<IReadOnlyList<Preference>> ReadAsync(CommandContext context, string? file, string? topic, CancellationToken stop)
    {
        if (file is null == topic is null)
            throw CliException.Usage("recommend evaluate wants a FILE or --topic NAME, one of both");
        if (topic is not null)
        {
            var (preferences, refused) = PreferenceInput.Read(context, topic, stop);
            if (refused > 0)
                context.Say($"{refused} records of {topic} are no preferences and were left out");
            return preferences;
        }

        if (file == "-")
            return await PreferenceInput.ReadAsync(context.Environment.Input, stop);
        try
        {
            await using var input = File.OpenRead(context.FullPath(file!));
            return await PreferenceInput.ReadAsync(input, stop);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"{file} cannot be read: {e.Message}");
        }
    }

    private static void Write(CliOutput output, Examination examination, List<EvaluationResult> results)
    {
        if (output.Json)
        {
            output.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteNumber("preferences", examination.Preferences);
                json.WriteNumber("heldBack", examination.HeldBack);
                json.WriteNumber("holdOut", examination.Share);
                json.WriteNumber("seed", examination.Seed);
                json.WriteNumber("relevantFrom", examination.RelevantFrom);
                json.WriteStartArray("results");
                foreach (var result in results)
                    Write(json, result);
                json.WriteEndArray();
                json.WriteEndObject();
            });
            return;
        }

        output.Note($"{examination.HeldBack} of {examination.Preferences} preferences held back (seed {examination.Seed}); relevant from {examination.RelevantFrom:0.###}");
        var table = new Table("method", "estimated", "rmse", "mae", "n", "precision", "users", "recall", "of users");
        foreach (var result in results)
        {
            foreach (var at in result.Ranked)
            {
                table.Add(
                    result.Method, result.Estimated, Short(result.Errors.Rmse), Short(result.Errors.Mae), at.Size, Short(at.Precision), at.PrecisionUsers, Short(at.Recall), at.RecallUsers);
            }
        }

        output.Write(table);
    }

    private static void Write(Utf8JsonWriter json, EvaluationResult result)
    {
        json.WriteStartObject();
        json.WriteString("method", result.Method);
        json.WriteNumber("estimated", result.Estimated);
        Number("rmse", result.Errors.Rmse);
        Number("mae", result.Errors.Mae);
        json.WriteStartArray("at");
        foreach (var at in result.Ranked)
        {
            json.WriteStartObject();
            json.WriteNumber("n", at.Size);
            Number("precision", at.Precision);
            json.WriteNumber("precisionUsers", at.PrecisionUsers);
            Number("recall", at.Recall);
            json.WriteNumber("recallUsers", at.RecallUsers);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();

        void Number(string name, double? value)
        {
            if (value is { } given)
                json.WriteNumber(name, given);
            else
                json.WriteNull(name);
        }
    }

    private static double? Short(double? value) => value is { } given ? Math.Round(given, 4) : null;

    /// <summary>What is examined.</summary>
    private sealed record Examination(int Preferences, int HeldBack, double Share, long Seed, double RelevantFrom);
}
