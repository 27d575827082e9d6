using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Moving;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Cli.Running.Page;
using MedStreams.Dicom.Pacs.Auditing;
using MedStreams.Monitoring;
using MedStreams.Sinks.Migration;
using MedStreams.Streams;
using MedStreams.Topologies.Migration;
using Microsoft.Extensions.Logging;

namespace MedStreams.Cli.Running.Migration;

/// <summary>What a migration's process is made from.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Config">How the engine runs.</param>
/// <param name="Kafka">What other clients are told, by librdkafka's names.</param>
/// <param name="Loggers">Where its parts report.</param>
internal sealed record MigrationSetting(EffectiveSettings Settings, StreamsConfig Config, IReadOnlyDictionary<string, string> Kafka, ILoggerFactory Loggers)
{
    /// <summary>How it answers over HTTP; null: not.</summary>
    public InstanceServerOptions? Http { get; init; }

    /// <summary>Serves its page; null: there is none.</summary>
    public Func<KafkaStreams, RunnableTopology, StreamsConfig, Task<RunningPage>>? Page { get; init; }
}

/// <summary>
/// Everything that a run needs, in one process: enumeration, check of the target, feeder, relay, topology and the application of events. The same on a second machine
/// shares the work. Ends when nothing is left to do, or when it is told to: then what is on its way is finished by others, or after the next start.
/// </summary>
internal sealed class MigrationRunner(MigrationSetting setting, MigrationDatabase database, MigrationRun run, PacsParts pacs)
{
    /// <summary>Over which time rates are taken.</summary>
    public static readonly TimeSpan RateOver = TimeSpan.FromMinutes(5);

    private const int LooksCost = 20; // one twentieth of the database's time at most

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private readonly TimeProvider _clock = setting.Config.Clock;
    private readonly RunReader _reader = new(database);

    /// <summary>Runs to the end.</summary>
    /// <param name="show">Told about every second how far it is.</param>
    /// <param name="stop">Ends it early.</param>
    /// <returns>How far it came; null: it was stopped before that was known.</returns>
    public async Task<RunStatus?> RunAsync(Action<RunStatus> show, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await using var trail = AuditTrails.Open(setting, pacs);
        await using var mover = new StudyMover(
            pacs.Source.Collector, pacs.Source.Fetcher, pacs.Target.Target, new StudyLedger(database), MigrationSettings.ToMover(setting.Settings), _clock, Auditor(trail));
        var workers = Workers(mover, ending.Token);
        try
        {
            return await WatchAsync(workers, show, stop);
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(workers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // the failure that counts is on its way
        }
    }

    /// <summary>The topology of the run: what <see cref="TopologyRunner"/> runs.</summary>
    public static RunnableTopology Topology(EffectiveSettings settings, IStudyMover mover, MigrationDatabase database) =>
        MigrationEntry.Build(settings, mover, database);

    private StudyAuditor? Auditor(IAuditTrail? trail) => trail is null ? null : new StudyAuditor(
        trail,
        pacs.Source.Exams.Name,
        pacs.Target.Target.Name,
        setting.Settings.Get(MigrationSettings.AeTitle),
        pacs.Source.IsOutside ? AuditEventKind.Import : AuditEventKind.InstancesTransferred,
        _clock);

    private List<Task> Workers(StudyMover mover, CancellationToken stop)
    {
        var settings = setting.Settings;
        var enumerator = new ExamEnumerator(
            database,
            pacs.Source.Exams,
            new ExamEnumeratorOptions
            {
                Parallelism = settings.Get(MigrationSettings.EnumerationThreads),
                Period = settings.Get(MigrationSettings.PollingPeriod),
                Timeout = settings.Get(MigrationSettings.PollingTimeout),
                Lease = settings.Get(MigrationSettings.PollingPeriod) + settings.Get(MigrationSettings.PollingTimeout) + TimeSpan.FromMinutes(2),
            },
            setting.Loggers.CreateLogger<ExamEnumerator>());
        var check = new TargetCheck(
            pacs.Source.Collector,
            pacs.Target.Target,
            (study, token) => new StudyLedger(database).FindMigratedAsync(pacs.Target.Target.Name, study, token),
            settings.Get(MigrationSettings.Verify),
            MigrationSettings.ToMover(settings).Rules);
        var checker = new TargetChecker(database, check.HoldsAsync, new TargetCheckerOptions(), setting.Loggers.CreateLogger<TargetChecker>());
        var feeder = new TaskFeeder(database, Payload, new TaskFeederOptions(), setting.Loggers.CreateLogger<TaskFeeder>());
        var relay = new OutboxRelay(
            database, new OutboxRelayOptions { Kafka = setting.Kafka, Topic = MigrationSettings.ToOptions(settings).TaskTopic }, setting.Loggers.CreateLogger<OutboxRelay>());
        var topology = new TopologyRunner(
            MigrationEntry.Name, Topology(settings, mover, database), setting.Config, setting.Loggers, settings.Get(StreamsSettings.CloseTimeout), setting.Http, setting.Page);
        return
        [
            Task.Run(() => enumerator.RunAsync(run.Id, stop), CancellationToken.None),
            Task.Run(() => checker.RunAsync(run.Id, stop), CancellationToken.None),
            Task.Run(() => feeder.RunAsync(run.Id, stop), CancellationToken.None),
            Task.Run(() => relay.RunAsync(stop), CancellationToken.None),
            Task.Run(() => topology.RunAsync(static () => { }, stop), CancellationToken.None),
        ];
    }

    private async Task<RunStatus?> WatchAsync(List<Task> workers, Action<RunStatus> show, CancellationToken stop)
    {
        RunStatus? status = null;
        while (!stop.IsCancellationRequested)
        {
            foreach (var ended in workers.Where(w => w.IsFaulted))
                await ended;
            try
            {
                var began = _clock.GetTimestamp();
                status = await _reader.StatusAsync(run.Name, RateOver, stop);
                if (status is null)
                    throw CliException.Failed($"the run {run.Name} is gone from the database");
                show(status);
                if (status.IsFinished)
                    break;
                await Task.Delay(Longer(LookInterval, LooksCost * _clock.GetElapsedTime(began)), _clock, stop); // of millions of records a look takes a while
            }
            catch (SinkUnavailableException)
            {
                await Task.Delay(LookInterval, _clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // the workers wait for it too, and say so
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
        }

        return status;
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static byte[] Payload(FedTask fed)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        MigrationSerdes.Task.Serialize(MigrationChanges.TaskOf(fed), buffer, default);
        return buffer.WrittenSpan.ToArray();
    }
}
