using System.Globalization;
using MedStreams.Dicom.Pacs;
using MedStreams.Local;
using MedStreams.Sinks.Migration;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Sinks.Tests.Migration;

/// <summary>
/// Enumerator, checker, feeder and relay in a process of their own, which can be killed like any other. The process is this test program, asked for one test that only
/// runs when asked for; its environment says where it works.
/// </summary>
public sealed class MigrationWorker
{
    /// <summary>Says that this process is a worker; the database to work on.</summary>
    public const string DatabaseVariable = "MEDSTREAMS_TEST_MIGRATION_DATABASE";

    private const string ServersVariable = "MEDSTREAMS_TEST_MIGRATION_SERVERS";
    private const string TopicVariable = "MEDSTREAMS_TEST_MIGRATION_TOPIC";
    private const string StudiesVariable = "MEDSTREAMS_TEST_MIGRATION_STUDIES";
    private const int Days = 30;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    internal static MigrationRunOptions Run => Scene.Options(Days) with { PageSize = 5, Capacity = 40, Order = FeedOrder.Hierarchy };

    internal static GuardedProcess Start(string database, OutboxRelayOptions relay, int studies) => GuardedProcess.Start(
        new GuardedProcessStart(Environment.ProcessPath!, ["-noLogo", "-noColor", "-explicit", "only", "-method", "*MigrationWorker.Works_until_it_is_killed"])
        {
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                [DatabaseVariable] = database,
                [ServersVariable] = relay.Kafka["bootstrap.servers"],
                [TopicVariable] = relay.Topic,
                [StudiesVariable] = studies.ToString(CultureInfo.InvariantCulture),
            },
        });

    internal static ExamRecord[] Exams(int studies) =>
        [.. Enumerable.Range(0, studies).Select(n => Scene.Exam($"1.{n}", n % (Days + 1) == Days ? null : n % (Days + 1), patient: $"p{n % 17}"))];

    [Fact(Explicit = true)]
    public async Task Works_until_it_is_killed()
    {
        if (Environment.GetEnvironmentVariable(DatabaseVariable) is not { } connection)
            return;
        var studies = int.Parse(Environment.GetEnvironmentVariable(StudiesVariable)!, CultureInfo.InvariantCulture);
        await using var database = await MigrationDatabase.OpenAsync(new PostgresSinkOptions { ConnectionString = connection }, Stop);
        var relay = new OutboxRelayOptions
        {
            Kafka = new Dictionary<string, string>(StringComparer.Ordinal) { ["bootstrap.servers"] = Environment.GetEnvironmentVariable(ServersVariable)! },
            Topic = Environment.GetEnvironmentVariable(TopicVariable)!,
        };
        await WorkAsync(database, relay, studies, Stop);
    }

    /// <summary>Does all that stands before the topic of tasks; ends when it is stopped, or something fails that should not.</summary>
    internal static async Task WorkAsync(MigrationDatabase database, OutboxRelayOptions topic, int studies, CancellationToken cancellationToken)
    {
        var run = (await new MigrationRuns(database).FindAsync(Run.Name, cancellationToken))!;
        var relay = topic with { Batch = 7, Interval = TimeSpan.FromMilliseconds(5), Lease = TimeSpan.FromSeconds(1) };
        var enumeration = Scene.Quick with { Parallelism = 3, Timeout = TimeSpan.FromSeconds(1), Lease = TimeSpan.FromSeconds(2) };
        var check = new TargetCheckerOptions { Batch = 4, Lease = TimeSpan.FromSeconds(1), Idle = TimeSpan.FromMilliseconds(5) };
        var feed = new TaskFeederOptions { Batch = 3, Interval = TimeSpan.FromMilliseconds(5) };
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] loops =
        [
            new ExamEnumerator(database, new Slow(Exams(studies)), enumeration, NullLogger<ExamEnumerator>.Instance).RunAsync(run.Id, all.Token),
            new TargetChecker(database, static (_, _) => ValueTask.FromResult(false), check, NullLogger<TargetChecker>.Instance).RunAsync(run.Id, all.Token),
            new TaskFeeder(database, Scene.Payload, feed, NullLogger<TaskFeeder>.Instance).RunAsync(run.Id, all.Token),
            new TaskFeeder(database, Scene.Payload, feed, NullLogger<TaskFeeder>.Instance).RunAsync(run.Id, all.Token),
            new OutboxRelay(database, relay, NullLogger<OutboxRelay>.Instance).RunAsync(all.Token),
        ];
        foreach (var loop in loops)
            _ = loop.ContinueWith(_ => all.Cancel(), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        await Task.WhenAll(loops);
    }

    private sealed class Slow(IReadOnlyList<ExamRecord> exams) : ListSource(exams)
    {
        public override async ValueTask<ExamPage> ReadPageAsync(ExamWindow window, string? continuation, int pageSize, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return await base.ReadPageAsync(window, continuation, pageSize, cancellationToken);
        }
    }
}
