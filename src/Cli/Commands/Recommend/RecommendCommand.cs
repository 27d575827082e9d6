using System.CommandLine;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Recommendations;

namespace MedStreams.Cli.Commands.Recommend;

/// <summary><c>recommend</c>: asks for a user's recommendations, and examines how good recommendations are.</summary>
internal static class RecommendCommand
{
    public static Command Create(CliEnvironment environment) =>
        new("recommend", "Shows what is recommended to a user, and examines how good recommendations are")
        {
            RecommendFor.Create(environment),
            RecommendEvaluate.Create(environment),
        };

    /// <summary>How alike users are.</summary>
    public static SettingOption SimilarityOption() => new("--similarity", RecommendationsSettings.Similarity) { HelpName = "NAME" };

    /// <summary>Who counts as a neighbour.</summary>
    public static SettingOption NeighbourhoodOption() => new("--neighbours", RecommendationsSettings.Neighbourhood) { HelpName = "RULE" };
}
