using MedStreams.Dicom.Pacs;
using MedStreams.Sinks.Migration;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Sinks.Tests.Migration;

/// <summary>A migration database of a test's own, and short ways to what stands on it.</summary>
internal sealed class Scene : IAsyncDisposable
{
    public static readonly DateOnly Monday = new(2024, 1, 1);

    private Scene(TestDatabase raw, MigrationDatabase database) => (Raw, Database) = (raw, database);

    /// <summary>Plain looks into it.</summary>
    public TestDatabase Raw { get; }

    public MigrationDatabase Database { get; }

    public MigrationRuns Runs => new(Database);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<Scene> OpenAsync(PostgresFixture postgres) => await OpenAsync(await postgres.DatabaseAsync());

    public static async Task<Scene> OpenAsync(TestDatabase raw) => new(raw, await ConnectAsync(raw));

    /// <summary>As another process would.</summary>
    public static Task<MigrationDatabase> ConnectAsync(TestDatabase raw, TimeProvider? clock = null) => MigrationDatabase.OpenAsync(
        new PostgresSinkOptions { ConnectionString = raw.ConnectionString, Owner = "test", Clock = clock ?? TimeProvider.System }, Stop);

    public static MigrationRunOptions Options(int days = 3) => new()
    {
        Name = "move",
        Source = "old",
        Target = "new",
        FirstDay = Monday,
        LastDay = Monday.AddDays(days - 1),
    };

    public static ExamEnumeratorOptions Quick => new()
    {
        Idle = TimeSpan.FromMilliseconds(10),
        Backoff = TimeSpan.FromMilliseconds(10),
        BackoffMax = TimeSpan.FromMilliseconds(40),
    };

    public static ExamRecord Exam(string uid, int? day = 0, string patient = "p", string department = "CT") => new()
    {
        StudyInstanceUid = uid,
        PatientId = patient,
        StudyDate = day is { } number ? Monday.AddDays(number) : null,
        Department = department,
    };

    public Task<MigrationRun> StartAsync(MigrationRunOptions? options = null, bool again = false) => Runs.StartAsync(options ?? Options(), again, Stop);

    public ExamEnumerator Enumerator(IExamSource source, ExamEnumeratorOptions? options = null) =>
        new(Database, source, options ?? Quick, NullLogger<ExamEnumerator>.Instance);

    public TargetChecker Checker(TargetHolds holds) => new(Database, holds, new TargetCheckerOptions(), NullLogger<TargetChecker>.Instance);

    public TaskFeeder Feeder(TaskFeederOptions? options = null) =>
        new(Database, Payload, options ?? new TaskFeederOptions { Interval = TimeSpan.FromMilliseconds(10) }, NullLogger<TaskFeeder>.Instance);

    /// <summary>A run of which these examinations are pending.</summary>
    public async Task<MigrationRun> PendingAsync(IReadOnlyList<ExamRecord> exams, MigrationRunOptions? options = null)
    {
        var run = await StartAsync(options);
        await Enumerator(new ListSource(exams)).RunAsync(run.Id, Stop);
        await CheckAllAsync(run.Id, static (_, _) => ValueTask.FromResult(false));
        return run;
    }

    public async Task CheckAllAsync(int run, TargetHolds holds)
    {
        while ((await Checker(holds).StepAsync(run, Stop)).Checked > 0)
        {
        }
    }

    /// <summary>Each state with its studies.</summary>
    public Task<List<string>> StatesAsync() => Raw.RowsAsync(
        "SELECT coalesce(state, 'unknown'), string_agg(study_uid, ',' ORDER BY study_uid) FROM pacs_migration.record GROUP BY 1 ORDER BY 1");

    public Task<List<string>> TasksAsync() => Raw.RowsAsync("SELECT study_uid FROM pacs_migration.outbox ORDER BY outbox_id");

    public static byte[] Payload(FedTask task) => System.Text.Encoding.UTF8.GetBytes($"{task.Run} {task.Number} {task.Attempt} {task.Exam.StudyInstanceUid}");

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}

/// <summary>A source that holds a list, and counts what it is asked.</summary>
internal class ListSource(IReadOnlyList<ExamRecord> exams) : IExamSource
{
    private int _pages;

    public string Name => "list";

    public int Pages => _pages;

    public List<ExamWindow> Asked { get; } = [];

    public virtual ValueTask<ExamPage> ReadPageAsync(ExamWindow window, string? continuation, int pageSize, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _pages);
        lock (Asked)
            Asked.Add(window);
        var from = continuation is null ? 0 : int.Parse(continuation, System.Globalization.CultureInfo.InvariantCulture);
        var found = exams.Where(exam => window.Contains(exam.StudyDate)).ToList();
        var page = found.Skip(from).Take(pageSize).ToList();
        var next = from + page.Count;
        return ValueTask.FromResult(new ExamPage(page, next < found.Count ? next.ToString(System.Globalization.CultureInfo.InvariantCulture) : null));
    }
}
