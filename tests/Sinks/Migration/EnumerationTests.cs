using MedStreams.Dicom.Pacs;
using MedStreams.Sinks.Migration;
using MedStreams.Streams;
using MedStreams.Support;

namespace MedStreams.Sinks.Tests.Migration;

public sealed class EnumerationTests(PostgresFixture postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S3_1_A_record_holds_what_the_source_told()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.StartAsync();
        var exam = new ExamRecord
        {
            StudyInstanceUid = "1.2.3",
            PatientId = "4711",
            IssuerOfPatientId = "HIS",
            PatientName = "王^小明",
            AccessionNumber = "A1",
            StudyDate = Scene.Monday,
            StudyTime = new TimeOnly(8, 15, 30),
            Department = "CT",
            Description = "Thorax",
            Modalities = ["CT", "SR"],
            Series = 3,
            Instances = 250,
            Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["path"] = "/a\\b" },
        };
        await scene.Enumerator(new ListSource([exam])).RunAsync(run.Id, Stop);
        var back = await scene.Database.RunAsync(
            (connection, stop) => connection.Command($"SELECT {ExamRows.Columns} FROM pacs_migration.record r").ListAsync(row => ExamRows.Read(row, 0), stop), Stop);
        var read = Assert.Single(back);
        Assert.Equal(exam.Modalities, read.Modalities);
        Assert.Equal(exam.Attributes, read.Attributes);
        Assert.Equal(exam, read with { Modalities = exam.Modalities, Attributes = exam.Attributes });
    }

    [Fact]
    public async Task S3_1_What_no_database_takes_as_text_is_cleaned_and_a_record_without_a_usable_uid_is_told()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.StartAsync();
        await scene.Enumerator(new ListSource(
        [
            Scene.Exam("1.1") with { PatientName = "a\0b\ud800c", Description = "\0" },
            Scene.Exam("") with { PatientId = "x" },
            Scene.Exam("1\0"),
            Scene.Exam(new string('1', 129)),
        ])).RunAsync(run.Id, Stop);
        Assert.Equal(["1.1 ab\ufffdc "], await scene.Raw.RowsAsync("SELECT study_uid, patient_name, description FROM pacs_migration.record"));
        Assert.Equal(
            ["no-study-uid The window 2024-01-01..2024-01-01 has 3 examinations without a usable Study Instance UID: they cannot be moved."],
            await scene.Raw.RowsAsync("SELECT kind, text FROM pacs_migration.alert ORDER BY alert_id LIMIT 1"));
    }

    [Theory]
    [InlineData(7, 1, 7)]
    [InlineData(7, 3, 3)]
    [InlineData(7, 7, 1)]
    [InlineData(7, 30, 1)]
    public void S3_2_A_range_is_cut_into_steps(int days, int step, int expected)
    {
        var windows = WindowRows.Cut(Scene.Monday, Scene.Monday.AddDays(days - 1), step).ToList();
        Assert.Equal(expected, windows.Count);
        Assert.Equal(
            Enumerable.Range(0, days).Select(day => Scene.Monday.AddDays(day)),
            windows.SelectMany(w => Enumerable.Range(w.From.DayNumber, w.To.DayNumber - w.From.DayNumber + 1).Select(DateOnly.FromDayNumber)));
    }

    [Fact]
    public async Task S3_2_Each_step_is_read_in_pages_then_the_undated_then_everything()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.StartAsync(Scene.Options(2) with { PageSize = 2 });
        var source = new ListSource(
            [Scene.Exam("1.1"), Scene.Exam("1.2"), Scene.Exam("1.3"), Scene.Exam("2.1", 1), Scene.Exam("0.1", null), Scene.Exam("9.9", 9), Scene.Exam("8.8", -1)]);
        await scene.Enumerator(source, Scene.Quick with { Parallelism = 1 }).RunAsync(run.Id, Stop);
        Assert.Equal(
            [
                ExamWindow.Days(Scene.Monday, Scene.Monday), ExamWindow.Days(Scene.Monday, Scene.Monday),
                ExamWindow.Days(Scene.Monday.AddDays(1), Scene.Monday.AddDays(1)), ExamWindow.WithoutDate,
                ExamWindow.Everything, ExamWindow.Everything, ExamWindow.Everything, ExamWindow.Everything,
            ],
            source.Asked);
        Assert.Equal(["unknown 0.1,1.1,1.2,1.3,2.1"], await scene.StatesAsync());
        Assert.Equal(
            ["days 2 3 3 0", "days 1 1 1 0", "undated 1 1 1 0", "everything 4 7 0 2"],
            await scene.Raw.RowsAsync("SELECT kind, pages, exams, added, outside FROM pacs_migration.\"window\" ORDER BY window_id"));
        Assert.Empty(await scene.Raw.RowsAsync("SELECT * FROM pacs_migration.alert"));
    }

    [Fact]
    public async Task S3_2_What_the_windows_missed_is_found_without_a_window_and_told()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.StartAsync(Scene.Options(1));
        await scene.Enumerator(new Forgetful([Scene.Exam("1.1"), Scene.Exam("1.2"), Scene.Exam("1.3", null)])).RunAsync(run.Id, Stop);
        Assert.Equal(["unknown 1.1,1.2,1.3"], await scene.StatesAsync());
        Assert.Equal(
            ["missed-by-windows The look at everything found 2 examinations that the windows had not: they are moved too."],
            await scene.Raw.RowsAsync("SELECT kind, text FROM pacs_migration.alert"));
    }

    [Fact]
    public async Task S3_2_A_result_that_may_be_cut_raises_an_alarm()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.StartAsync(Scene.Options(1) with { Reconcile = false, Undated = false });
        await scene.Enumerator(new Cutting([Scene.Exam("1.1")])).RunAsync(run.Id, Stop);
        Assert.Equal(["limit of 500 reached"], await scene.Raw.RowsAsync("SELECT alarm FROM pacs_migration.\"window\""));
        Assert.Equal(
            ["result-cut The window 2024-01-01..2024-01-01 may not be whole: limit of 500 reached"],
            await scene.Raw.RowsAsync("SELECT kind, text FROM pacs_migration.alert"));
    }

    [Fact]
    public async Task S3_2_Several_days_whose_result_was_cut_are_asked_for_in_halves_until_none_is()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.StartAsync(Scene.Options(6) with { StepDays = 6, Reconcile = false, Undated = false });
        var source = new Limited([.. Enumerable.Range(0, 6).Select(n => Scene.Exam($"1.{n}", n)), Scene.Exam("2.0"), Scene.Exam("2.1", 1)], limit: 2);
        await scene.Enumerator(source).RunAsync(run.Id, Stop);
        Assert.Equal(8L, await scene.Raw.ScalarAsync<long>("SELECT count(*) FROM pacs_migration.record"));
        Assert.Equal(
            ["0 0", "0 1", "0 2", "0 5", "1 1", "2 2", "3 3", "3 4", "3 5", "4 4", "5 5"],
            await scene.Raw.RowsAsync("SELECT first_day - '2024-01-01'::date AS f, last_day - '2024-01-01'::date AS l FROM pacs_migration.\"window\" ORDER BY f, l"));

        // What single days may have been cut of is told: no half helps there.
        Assert.Equal(
            ["The window 2024-01-01..2024-01-01 may not be whole: limit", "The window 2024-01-02..2024-01-02 may not be whole: limit"],
            await scene.Raw.RowsAsync("SELECT text FROM pacs_migration.alert ORDER BY text"));
    }

    [Fact]
    public async Task S3_1_The_same_study_seen_again_is_one_record()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.StartAsync(Scene.Options(1));
        await scene.Enumerator(new ListSource([Scene.Exam("1.1"), Scene.Exam("1.1"), Scene.Exam("1.1", null)])).RunAsync(run.Id, Stop);
        Assert.Equal(["unknown 1.1"], await scene.StatesAsync());
        Assert.Empty(await scene.Raw.RowsAsync("SELECT * FROM pacs_migration.alert"));
    }

    [Fact]
    public async Task S3_2_A_source_that_is_away_is_asked_again_and_no_window_is_lost()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.StartAsync(Scene.Options(2) with { PageSize = 1 });
        var source = new Failing([Scene.Exam("1.1"), Scene.Exam("1.2"), Scene.Exam("2.1", 1), Scene.Exam("0.1", null)], every: 2);
        await scene.Enumerator(source).RunAsync(run.Id, Stop);
        Assert.Equal(["unknown 0.1,1.1,1.2,2.1"], await scene.StatesAsync());
        Assert.True(source.Failures > 2);
    }

    [Fact]
    public async Task S3_2_A_source_that_fails_again_and_again_raises_one_alert()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.StartAsync(Scene.Options(1) with { Reconcile = false, Undated = false });
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var source = new Failing([], every: 1);
        var running = scene.Enumerator(source, Scene.Quick with { AlertAfter = 2, BackoffMax = TimeSpan.FromMilliseconds(10) }).RunAsync(run.Id, enough.Token);
        await Eventually.Holds(() => source.Failures >= 5);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(
            ["source-failing Window 1 failed 2 times: The source is away."], await scene.Raw.RowsAsync("SELECT kind, text FROM pacs_migration.alert"));
    }

    [Fact]
    public async Task S3_2_A_source_that_does_not_answer_is_given_up_after_the_time_limit()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.StartAsync(Scene.Options(1) with { Reconcile = false, Undated = false });
        var source = new Hanging([Scene.Exam("1.1")]);
        await scene.Enumerator(source, Scene.Quick with { Timeout = TimeSpan.FromMilliseconds(50) }).RunAsync(run.Id, Stop);
        Assert.Equal(["unknown 1.1"], await scene.StatesAsync());
        Assert.Equal(2, source.Calls);
    }

    [Fact]
    public async Task S3_2_A_source_that_repeats_a_page_for_ever_counts_as_failing()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.StartAsync(Scene.Options(1) with { Reconcile = false, Undated = false });
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var running = scene.Enumerator(new Repeating([Scene.Exam("1.1")])).RunAsync(run.Id, enough.Token);
        await Eventually.Holds(async () => await scene.Raw.ScalarAsync<string?>("SELECT error FROM pacs_migration.\"window\"") is not null);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(
            ["1 The source gives the same page again and again."], await scene.Raw.RowsAsync("SELECT pages, error FROM pacs_migration.\"window\""));
    }

    [Fact]
    public async Task S3_4_Several_machines_read_a_run_and_each_page_is_counted_once()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        await using var other = await Scene.ConnectAsync(scene.Raw);
        var run = await scene.StartAsync(Scene.Options(20) with { PageSize = 3, Reconcile = false });
        List<ExamRecord> exams = [.. Enumerable.Range(0, 200).Select(n => Scene.Exam($"1.{n}", n % 21 == 20 ? null : n % 21))];
        var source = new ListSource(exams);
        var options = Scene.Quick with { Parallelism = 3 };
        await Task.WhenAll(
            scene.Enumerator(source, options).RunAsync(run.Id, Stop),
            new ExamEnumerator(other, source, options, Microsoft.Extensions.Logging.Abstractions.NullLogger<ExamEnumerator>.Instance).RunAsync(run.Id, Stop));
        Assert.Equal(200L, await scene.Raw.ScalarAsync<long>("SELECT count(*) FROM pacs_migration.record"));
        Assert.Equal(200m, await scene.Raw.ScalarAsync<decimal>("SELECT sum(added) FROM pacs_migration.\"window\""));
        Assert.Equal((long)source.Pages, await scene.Raw.ScalarAsync<long>("SELECT sum(pages) FROM pacs_migration.\"window\""));
    }

    [Fact]
    public async Task S3_2_A_window_whose_reader_died_goes_on_where_its_last_page_ended()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.StartAsync(Scene.Options(1) with { PageSize = 1, Reconcile = false, Undated = false });
        var lease = TimeSpan.FromHours(1);
        var dead = await ClaimAsync(scene, run.Id, lease);
        var page = new ExamPage([Scene.Exam("1.1")], "1");
        Assert.Equal(PageOutcome.More, await WriteAsync(scene, dead!, page, lease));
        Assert.Null(await ClaimAsync(scene, run.Id, lease));
        await scene.Raw.ExecuteAsync("UPDATE pacs_migration.\"window\" SET lease_until = now()");

        var source = new ListSource([Scene.Exam("1.1"), Scene.Exam("1.2"), Scene.Exam("1.3")]);
        await scene.Enumerator(source).RunAsync(run.Id, Stop);
        Assert.Equal(2, source.Pages);
        Assert.Equal(["unknown 1.1,1.2,1.3"], await scene.StatesAsync());

        // The dead one was only slow: it is too late.
        Assert.Equal(PageOutcome.Lost, await WriteAsync(scene, dead!, new ExamPage([Scene.Exam("6.6")], "7"), lease));
        Assert.Equal(["unknown 1.1,1.2,1.3"], await scene.StatesAsync());
    }

    [Fact]
    public async Task S3_1_A_page_that_the_database_refuses_in_part_is_not_there_at_all()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.StartAsync(Scene.Options(1));
        await scene.Raw.ExecuteAsync("ALTER TABLE pacs_migration.record ADD CHECK (department <> 'X')");
        var source = new ListSource([Scene.Exam("1.1"), Scene.Exam("1.2", department: "X")]);
        await Assert.ThrowsAsync<StreamsException>(() => scene.Enumerator(source).RunAsync(run.Id, Stop));
        Assert.Empty(await scene.StatesAsync());
        Assert.Equal(0, await scene.Raw.ScalarAsync<int>("SELECT pages FROM pacs_migration.\"window\" WHERE window_id = 1"));
    }

    [Fact]
    public async Task S3_4_A_run_that_is_held_asks_for_nothing_more_until_it_goes_on()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.StartAsync(Scene.Options(1) with { PageSize = 1, Reconcile = false, Undated = false });
        await scene.Runs.SetPausedAsync(run.Id, true, Stop);
        var source = new ListSource([Scene.Exam("1.1"), Scene.Exam("1.2")]);
        Assert.Null(await ClaimAsync(scene, run.Id, TimeSpan.FromMinutes(1)));
        var running = scene.Enumerator(source).RunAsync(run.Id, Stop);
        await scene.Runs.SetPausedAsync(run.Id, false, Stop);
        await running;
        Assert.Equal(["unknown 1.1,1.2"], await scene.StatesAsync());
    }

    [Fact]
    public async Task S3_2_A_run_of_the_same_name_must_be_the_same_run()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var first = await scene.StartAsync();
        var again = await scene.StartAsync(Scene.Options() with { Capacity = 7, Order = FeedOrder.NewestFirst });
        Assert.Equal((first.Id, 2, 7), (again.Id, again.Starts, again.Options.Capacity));
        await Assert.ThrowsAsync<StreamsException>(() => scene.StartAsync(Scene.Options(4)));
        await Assert.ThrowsAsync<StreamsException>(() => scene.StartAsync(Scene.Options() with { Undated = false }));
        Assert.Equal(again, await scene.Runs.FindAsync("move", Stop));
        Assert.Equal([again], await scene.Runs.ListAsync(Stop));
        Assert.Null(await scene.Runs.FindAsync("other", Stop));
    }

    [Fact]
    public async Task S3_12_A_run_that_enumerates_again_adds_what_is_new_and_leaves_the_rest()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.PendingAsync([Scene.Exam("1.1")]);
        var source = new ListSource([Scene.Exam("1.1"), Scene.Exam("1.2")]);
        await scene.StartAsync();
        await scene.Enumerator(source).RunAsync(run.Id, Stop);
        Assert.Equal(0, source.Pages);
        await scene.StartAsync(again: true);
        await scene.Enumerator(source).RunAsync(run.Id, Stop);
        Assert.Equal(["pending 1.1", "unknown 1.2"], await scene.StatesAsync());
    }

    [Fact]
    public async Task S3_12_Alarms_count_until_the_source_was_asked_again_and_told_all()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.StartAsync();
        await scene.Enumerator(new Cutting([Scene.Exam("1.1")])).RunAsync(run.Id, Stop);
        Assert.NotEmpty(await AlarmsAsync(scene));
        await scene.StartAsync();
        Assert.NotEmpty(await AlarmsAsync(scene));

        await scene.StartAsync(again: true);
        await scene.Enumerator(new ListSource([Scene.Exam("1.1")])).RunAsync(run.Id, Stop);
        Assert.Empty(await AlarmsAsync(scene));
        await scene.StartAsync(again: true);
        await scene.Enumerator(new Cutting([Scene.Exam("1.1")])).RunAsync(run.Id, Stop);
        Assert.NotEmpty(await AlarmsAsync(scene));
    }

    private static async Task<IReadOnlyList<string>> AlarmsAsync(Scene scene) =>
        (await new RunReader(scene.Database).ReportAsync("move", VerificationLevel.Digests, null, Stop))!.Alarms;

    private static Task<ClaimedWindow?> ClaimAsync(Scene scene, int run, TimeSpan lease) =>
        scene.Database.RunAsync((connection, stop) => WindowRows.ClaimAsync(connection, run, "dead", lease, stop), Stop);

    private static Task<PageOutcome> WriteAsync(Scene scene, ClaimedWindow window, ExamPage page, TimeSpan lease) =>
        scene.Database.TransactAsync((connection, stop) => PageRows.WriteAsync(connection, window, page, lease, stop), Stop);

    /// <summary>Answers to dates and to none with the first examination only.</summary>
    private sealed class Forgetful(IReadOnlyList<ExamRecord> exams) : ListSource(exams)
    {
        private readonly IReadOnlyList<ExamRecord> _exams = exams;

        public override ValueTask<ExamPage> ReadPageAsync(ExamWindow window, string? continuation, int pageSize, CancellationToken cancellationToken) =>
            window.Kind == ExamWindowKind.Everything
                ? base.ReadPageAsync(window, continuation, pageSize, cancellationToken)
                : ValueTask.FromResult(new ExamPage(window.Kind == ExamWindowKind.Days ? [_exams[0]] : [], null));
    }

    private sealed class Cutting(IReadOnlyList<ExamRecord> exams) : ListSource(exams)
    {
        public override async ValueTask<ExamPage> ReadPageAsync(ExamWindow window, string? continuation, int pageSize, CancellationToken cancellationToken) =>
            await base.ReadPageAsync(window, continuation, pageSize, cancellationToken) with { Alarm = "limit of 500 reached" };
    }

    /// <summary>Gives no more than some, and says so.</summary>
    private sealed class Limited(IReadOnlyList<ExamRecord> exams, int limit) : ListSource(exams)
    {
        public override async ValueTask<ExamPage> ReadPageAsync(ExamWindow window, string? continuation, int pageSize, CancellationToken cancellationToken)
        {
            var page = await base.ReadPageAsync(window, continuation, limit, cancellationToken);
            return page.Exams.Count < limit ? page : new ExamPage(page.Exams, null, "limit");
        }
    }

    private sealed class Failing(IReadOnlyList<ExamRecord> exams, int every) : ListSource(exams)
    {
        private int _calls;
        private int _failures;

        public int Failures => Volatile.Read(ref _failures);

        public override ValueTask<ExamPage> ReadPageAsync(ExamWindow window, string? continuation, int pageSize, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _calls) % every != 0)
                return base.ReadPageAsync(window, continuation, pageSize, cancellationToken);
            Interlocked.Increment(ref _failures);
            throw new PacsException("The source is away.");
        }
    }

    private sealed class Hanging(IReadOnlyList<ExamRecord> exams) : ListSource(exams)
    {
        public int Calls { get; private set; }

        public override async ValueTask<ExamPage> ReadPageAsync(ExamWindow window, string? continuation, int pageSize, CancellationToken cancellationToken)
        {
            if (++Calls == 1)
                await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return await base.ReadPageAsync(window, continuation, pageSize, cancellationToken);
        }
    }

    private sealed class Repeating(IReadOnlyList<ExamRecord> exams) : ListSource(exams)
    {
        public override async ValueTask<ExamPage> ReadPageAsync(ExamWindow window, string? continuation, int pageSize, CancellationToken cancellationToken) =>
            await base.ReadPageAsync(window, null, pageSize, cancellationToken) with { Continuation = "again" };
    }
}
