using System.CommandLine;
using System.CommandLine.Help;
using MedStreams.Cli.Commands.Archive;
using MedStreams.Cli.Commands.Broker;
using MedStreams.Cli.Commands.Completion;
using MedStreams.Cli.Commands.Config;
using MedStreams.Cli.Commands.Consume;
using MedStreams.Cli.Commands.Demo;
using MedStreams.Cli.Commands.Describe;
using MedStreams.Cli.Commands.Doctor;
using MedStreams.Cli.Commands.Lag;
using MedStreams.Cli.Commands.Migrate;
using MedStreams.Cli.Commands.Monitor;
using MedStreams.Cli.Commands.Page;
using MedStreams.Cli.Commands.Produce;
using MedStreams.Cli.Commands.Query;
using MedStreams.Cli.Commands.Recommend;
using MedStreams.Cli.Commands.Registry;
using MedStreams.Cli.Commands.Reset;
using MedStreams.Cli.Commands.Run;
using MedStreams.Cli.Commands.Sync;
using MedStreams.Cli.Commands.Topics;

namespace MedStreams.Cli.Commands;

/// <summary>All verbs.</summary>
internal static class Verbs
{
    /// <summary>The whole command line.</summary>
    public static RootCommand Root(CliEnvironment environment)
    {
        var root = new RootCommand(Description(environment))
        {
            DemoCommand.Create(environment),
            RunCommand.Create(environment),
            DescribeCommand.Create(environment),
            BrokerCommand.Create(environment),
            LagCommand.Create(environment),
            MonitorCommand.Create(environment),
            PageCommand.Create(environment),
            QueryCommand.Create(environment),
            MigrateCommand.Create(environment),
            RecommendCommand.Create(environment),
            SyncCommand.Create(environment),
            ResetCommand.Create(environment),
            RegistryCommand.Create(environment),
            ProduceCommand.Create(environment),
            ConsumeCommand.Create(environment),
            TopicsCommand.Create(environment),
            DoctorCommand.Create(environment),
            ArchiveCommand.Create(environment),
            ConfigCommand.Create(environment),
            CompletionCommand.Create(environment),
            GlobalOptions.Json,
            GlobalOptions.BootstrapServers,
            GlobalOptions.SettingsDirectory,
            GlobalOptions.Set,
            GlobalOptions.Verbose,
        };
        root.Options.Remove(root.Options.First(option => option is HelpOption));
        root.Options.Add(new HelpOption("--help", "-h", "-?"));
        return root;
    }

    private static string Description(CliEnvironment environment)
    {
        const string What = "Exactly-once stream processing for hospital data, on Apache Kafka or the embedded broker.";
        return environment.Variables.ContainsKey("MEDSTREAMS_LAUNCHER")
            ? What + "\nIn a checkout there are also: test, bench, publish (see ./medstreams test --help and so on)."
            : What;
    }
}
