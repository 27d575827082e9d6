using MedStreams.Cli.Commands;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Kafka;
using MedStreams.Monitoring.Lag;
using MedStreams.Monitoring.Page;
using Microsoft.Extensions.Logging;

namespace MedStreams.Cli.Running.Page;

/// <summary>A page that is served, with what it needs.</summary>
internal sealed class RunningPage : IAsyncDisposable
{
    private readonly PageServer _server;
    private readonly TopicAudit _audit;
    private readonly IReadOnlyList<IAsyncDisposable> _resources;

    private RunningPage(PageServer server, TopicAudit audit, IReadOnlyList<IAsyncDisposable> resources) =>
        (_server, _audit, _resources) = (server, audit, resources);

    /// <summary>Where it is.</summary>
    public Uri Address => _server.Address;

    /// <summary>Serves it, and tells where.</summary>
    /// <param name="context">The verb.</param>
    /// <param name="options">How, and to whom.</param>
    /// <param name="content">What it shows.</param>
    /// <param name="loggers">For log-ins, actions, and failures.</param>
    /// <param name="resources">What ends with it.</param>
    /// <exception cref="CliException">It cannot be served.</exception>
    public static async Task<RunningPage> StartAsync(
        CommandContext context, PageServerOptions options, PageContent content, ILoggerFactory loggers, params IReadOnlyList<IAsyncDisposable> resources)
    {
        var clients = new KafkaClients(context);
        var audit = new TopicAudit(context.Settings.Get(PageSettings.AuditTopic), clients.Timeout, clients.CreateProducer, clients.CreateAdmin);
        try
        {
            var server = await PageServer.StartAsync(options with { Content = content, Audit = audit }, context.Environment.Clock, loggers);
            context.Say($"page: {server.Address}");
            return new RunningPage(server, audit, resources);
        }
        catch (Exception e)
        {
            audit.Dispose();
            foreach (var resource in resources)
                await resource.DisposeAsync();
            throw e switch
            {
                IOException => CliException.Failed($"the page cannot be served at {options.Listen}: {e.InnerException?.Message ?? e.Message}", e),
                ArgumentException { ParamName: nameof(PageServerOptions.Users) } => CliException.Usage(
                    $"{SettingsCatalog.Section}:{PageSettings.Users.Key} is not set: beyond the loopback nobody is served without users ('medstreams page hash-password')"),
                ArgumentException => CliException.Usage(e.Message),
                _ => e,
            };
        }
    }

    /// <summary>Watches the one group of an application, so that its page shows its lag.</summary>
    public static ClusterWatch Watch(CommandContext context, string group, ILoggerFactory loggers)
    {
        var settings = context.Settings;
        var clients = new KafkaClients(context);
        return new ClusterWatch(
            new MonitoredCluster
            {
                Name = MonitorSettings.OnlyCluster,
                Servers = settings.Get(KafkaSettings.BootstrapServers).Split(',', StringSplitOptions.TrimEntries),
                Connect = clients.CreateConsumer,
                Admin = clients.CreateAdmin,
                OffsetRefresh = settings.Get(PageSettings.OffsetRefresh),
                TopicRefresh = settings.Get(MonitorSettings.TopicRefresh),
                Timeout = settings.Get(KafkaSettings.Timeout),
                Rules = new LagRules { AllowedLag = settings.Get(MonitorSettings.AllowedLag) },
                Book = new LagBookSettings { GroupAllowlist = new($"^{System.Text.RegularExpressions.Regex.Escape(group)}$", default, TimeSpan.FromSeconds(1)) },
            },
            context.Environment.Clock,
            loggers.CreateLogger<RunningPage>());
    }

    /// <summary>What dead-letter topics hold, and their replay.</summary>
    public static PageContent DeadLetters(CommandContext context, IReadOnlyList<string> topics, Func<string, bool> mayReplayTo, bool hasSafeTexts)
    {
        var clients = new KafkaClients(context);
        return DeadLetterPage.Of(
            new DeadLetterOptions
            {
                Topics = topics,
                Connect = clients.CreateConsumer,
                Produce = clients.CreateProducer,
                Admin = clients.CreateAdmin,
                Timeout = clients.Timeout,
                MayReplayTo = mayReplayTo,
                HasSafeTexts = hasSafeTexts,
            },
            context.Environment.Clock);
    }

    /// <summary>Says goodbye to those who look, and ends what it needs.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _audit.Dispose();
        foreach (var resource in _resources)
            await resource.DisposeAsync();
    }
}
