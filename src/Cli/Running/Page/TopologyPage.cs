using MedStreams.Cli.Commands;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Kafka;
using MedStreams.Monitoring.Page;
using MedStreams.Streams;
using Microsoft.Extensions.Logging;

namespace MedStreams.Cli.Running.Page;

/// <summary>The page of a topology that runs.</summary>
internal static class TopologyPage
{
    /// <summary>Serves it where that is asked for.</summary>
    /// <param name="context">The verb.</param>
    /// <param name="name">The topology's name.</param>
    /// <param name="loggers">For log-ins, actions, and failures.</param>
    /// <param name="more">What it shows besides; null: nothing.</param>
    /// <returns>Serves the page of an instance that is not started; null where none is asked for.</returns>
    /// <exception cref="CliException">A user or the certificate is wrong.</exception>
    public static Func<KafkaStreams, RunnableTopology, StreamsConfig, Task<RunningPage>>? Of(CommandContext context, string name, ILoggerFactory loggers, PageContent? more = null) =>
        PageSettings.ToOptions(context, name) is { } options
            ? (streams, runnable, config) => ServeAsync(context, options, streams, runnable, config, loggers, more ?? PageContent.Empty)
            : null;

    private static Task<RunningPage> ServeAsync(
        CommandContext context, PageServerOptions options, KafkaStreams streams, RunnableTopology runnable, StreamsConfig config, ILoggerFactory loggers, PageContent more)
    {
        var watch = RunningPage.Watch(context, config.ApplicationId, loggers);
        var content = StreamsPage.Of(streams, runnable.Topology.Describe(), options.Title, config, StreamsSettings.ToHttpOptions(context.Settings))
            .And(LagPage.Of([watch], config.Clock))
            .And(DeadLetters(context, runnable, config))
            .And(more)
            .And(runnable.Page(new PageSetting(streams, new KafkaClients(context), config.Clock)));
        return RunningPage.StartAsync(context, options, content, loggers, watch);
    }

    /// <summary>What the topology refused; it goes back to topics only that the topology reads.</summary>
    private static PageContent DeadLetters(CommandContext context, RunnableTopology runnable, StreamsConfig config)
    {
        var topics = runnable.DeadLetterTopics.Append(config.DeadLetterTopic).OfType<string>().Distinct().ToList();
        if (topics.Count == 0)
            return PageContent.Empty;
        var read = new TopologySources(runnable.Topology.Describe(), config.ApplicationId);
        return RunningPage.DeadLetters(context, topics, read.Reads, hasSafeTexts: true);
    }
}
