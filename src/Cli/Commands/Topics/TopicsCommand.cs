using System.CommandLine;

namespace MedStreams.Cli.Commands.Topics;

/// <summary><c>topics</c>: lists, creates, describes and deletes topics.</summary>
internal static class TopicsCommand
{
    public static Command Create(CliEnvironment environment) => new("topics", "Lists, creates, describes and deletes topics")
    {
        ListTopics.Create(environment),
        CreateTopic.Create(environment),
        DescribeTopic.Create(environment),
        DeleteTopics.Create(environment),
    };
}
