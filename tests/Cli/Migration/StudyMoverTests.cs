using MedStreams.Cli.Running.Migration.Moving;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Auditing;
using MedStreams.Support;
using MedStreams.Topologies.Migration;

namespace MedStreams.Cli.Tests.Migration;

/// <summary>Collector, fetcher, target and ledger brought together, step by step.</summary>
public sealed class StudyMoverTests : IAsyncDisposable
{
    private const string Study = "1.2";
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-mover-").FullName;
    private readonly ManualTime _time = new();
    private readonly MemoryLedger _ledger = new();
    private readonly MemoryTarget _target = new();
    private readonly MemorySource _source;
    private StudyMover _mover;

    public StudyMoverTests()
    {
        _source = new MemorySource(new Spool(_folder));
        _source.Studies[Study] = ["a", "b", "c", "d", "e"];
        _ledger.Exams[Study] = new ExamRecord { StudyInstanceUid = Study };
        _mover = Mover();
    }

    private static CancellationToken None => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _mover.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task S3_6_to_S3_10_a_study_is_collected_moved_in_batches_made_visible_and_verified()
    {
        var collected = await _mover.CollectAsync(Study, Step(StepKind.Collect), None);
        Assert.Equal((StepStatus.Done, 5, 3), (collected.Status, collected.Amount.Objects, collected.Batches));

        var amount = await TransferAll();
        Assert.Equal((5, 5), (amount.Objects, _ledger.Notes));
        Assert.Empty(_target.Visible);

        var finished = await Finish(amount);
        Assert.Equal(Topologies.Migration.Completeness.Equal, finished.Amount.Against(amount));
        Assert.Equal(5, _target.Visible[Study].Count);
        Assert.Equal(0, _target.Open);
    }

    [Fact]
    public async Task A_study_that_was_moved_stands_in_the_audit_trail_and_is_not_migrated_before_it_does()
    {
        var trail = new MemoryTrail { Fault = new IOException("No space left on device") };
        await _mover.DisposeAsync();
        _mover = Mover(new StudyAuditor(trail, "old", "new", "MEDSTREAMS", AuditEventKind.InstancesTransferred, _time));
        await _mover.CollectAsync(Study, Step(StepKind.Collect), None);
        var amount = await TransferAll();

        var refused = await Finish(amount);
        Assert.Equal((StepStatus.Failed, StepFailure.Unavailable), (refused.Status, refused.Failure));
        Assert.Contains("audit trail", refused.Reason, StringComparison.Ordinal);

        trail.Fault = null;
        Assert.Equal(StepStatus.Done, (await Finish(amount)).Status);
        var audit = Assert.Single(trail.Audits);
        Assert.Equal((Study, "old", "new", AuditAction.Create), (audit.StudyInstanceUid, audit.Source.UserId, audit.Destination.UserId, audit.Action));
    }

    [Fact]
    public async Task S3_10_a_batch_goes_on_after_a_crash_where_it_was()
    {
        await _mover.CollectAsync(Study, Step(StepKind.Collect), None);
        _source.Gate = (id, _) => id == "b" ? throw new PacsException("The source is away.") : Task.CompletedTask;
        var cut = await _mover.TransferAsync(Study, Step(StepKind.Transfer, batch: 0), None);
        Assert.Equal((StepStatus.Failed, StepFailure.Unavailable), (cut.Status, cut.Failure));

        await _mover.DisposeAsync();
        _mover = Mover();
        _source.Gate = static (_, _) => Task.CompletedTask;
        var whole = await _mover.TransferAsync(Study, Step(StepKind.Transfer, batch: 0), None);
        Assert.Equal((StepStatus.Done, 2), (whole.Status, whole.Amount.Objects));
        Assert.Equal(["a", "b"], _source.Fetched.Order());
    }

    [Fact]
    public async Task A_call_whose_work_takes_longer_continues_and_the_next_one_goes_on_with_it()
    {
        await _mover.CollectAsync(Study, Step(StepKind.Collect), None);
        var open = new TaskCompletionSource();
        _source.Gate = (id, stop) => id == "b" ? open.Task.WaitAsync(stop) : Task.CompletedTask;
        var call = _mover.TransferAsync(Study, Step(StepKind.Transfer, batch: 0), None).AsTask();
        await Eventually.Holds(() => _ledger.Notes == 1);
        _time.Advance(TimeSpan.FromSeconds(6));
        var first = await call;
        Assert.Equal((StepStatus.Continues, 1), (first.Status, first.Amount.Objects));

        var next = _mover.TransferAsync(Study, Step(StepKind.Transfer, batch: 0), None).AsTask();
        open.SetResult();
        var second = await next;
        Assert.Equal((StepStatus.Done, 2), (second.Status, second.Amount.Objects));
        Assert.Equal(2, _source.Fetched.Count);
    }

    [Fact]
    public async Task S3_11_a_roll_back_ends_what_runs_takes_back_what_is_stored_and_later_calls_of_the_attempt_are_fenced()
    {
        await _mover.CollectAsync(Study, Step(StepKind.Collect), None);
        await _mover.TransferAsync(Study, Step(StepKind.Transfer, batch: 1), None);
        _source.Gate = (_, stop) => Task.Delay(Timeout.Infinite, stop);
        var running = _mover.TransferAsync(Study, Step(StepKind.Transfer, batch: 0), None).AsTask();

        var back = await _mover.RollBackAsync(Study, Step(StepKind.RollBack), None);
        Assert.Equal((StepStatus.Done, 1), (back.Status, _target.RolledBack));
        Assert.Equal(StepStatus.Failed, (await running).Status);
        Assert.All((await _ledger.ReadAsync("r", Study, 1, None))!.Objects, o => Assert.Null(o.Stored));
        Assert.Equal(0, _target.Open);

        _source.Gate = static (_, _) => Task.CompletedTask;
        await _mover.CollectAsync(Study, Step(StepKind.Collect, attempt: 2), None);
        Assert.Equal(StepFailure.Fenced, (await _mover.TransferAsync(Study, Step(StepKind.Transfer), None)).Failure);
        Assert.Equal(StepStatus.Done, (await _mover.RollBackAsync(Study, Step(StepKind.RollBack), None)).Status); // again: changes nothing
        Assert.Equal(5, (await TransferAll(attempt: 2)).Objects);
        Assert.Equal(1, _target.RolledBack);
    }

    [Fact]
    public async Task S3_10_what_the_target_lost_is_stored_once_more()
    {
        await _mover.CollectAsync(Study, Step(StepKind.Collect), None);
        var amount = await TransferAll();
        _target.Shows = held => held.Id == "c" ? null : held;
        var less = await Finish(amount);
        Assert.Equal((StepStatus.Done, 4, "1 missing"), (less.Status, less.Amount.Objects, less.Reason));

        _target.Shows = static held => held;
        await TransferAll();
        Assert.Equal(2, _source.Fetched.Count(id => id == "c"));
        Assert.Equal(1, _source.Fetched.Count(id => id == "a"));
        Assert.Equal(5, (await Finish(amount)).Amount.Objects);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task S3_10_more_or_other_content_in_the_target_is_a_conflict(bool more)
    {
        await _mover.CollectAsync(Study, Step(StepKind.Collect), None);
        var amount = await TransferAll();
        if (more)
            _target.Visible[Study] = new Dictionary<string, HeldObject>(StringComparer.Ordinal) { ["x"] = new("x", 1, new string('0', 64)) };
        else
            _target.Shows = held => held.Id == "c" ? held with { Sha256 = new string('0', 64) } : held;

        var result = await Finish(amount);
        Assert.Equal((StepStatus.Failed, StepFailure.Conflict), (result.Status, result.Failure));
        Assert.Contains(more ? "1 extra" : "1 digest", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_source_has_not_is_missing_and_what_the_target_refuses_is_refused()
    {
        Assert.Equal(StepFailure.Missing, (await _mover.CollectAsync("9.9", Step(StepKind.Collect), None)).Failure);
        await _mover.CollectAsync(Study, Step(StepKind.Collect), None);
        _source.Gone.Add("a");
        var missing = await _mover.TransferAsync(Study, Step(StepKind.Transfer), None);
        Assert.Equal((StepFailure.Missing, 1), (missing.Failure, missing.Amount.Objects));
        Assert.Equal("1 of 2 objects of a batch could not be fetched: It is not there.", missing.Reason);

        _target.StoreFault = id => new PacsException("The class is not accepted.") { Failure = PacsFailure.Refused };
        var refused = await _mover.TransferAsync(Study, Step(StepKind.Transfer, batch: 1), None);
        Assert.Equal((StepFailure.Refused, "The class is not accepted."), (refused.Failure, refused.Reason));
    }

    [Theory]
    [InlineData("", 2, 100, "")]
    [InlineData("10 10 10", 2, 100, "0 0 1")]
    [InlineData("60 60 200 10", 9, 100, "0 1 2 3")]
    [InlineData("50 50 1", 9, 100, "0 0 1")]
    public void Batches_hold_so_many_objects_and_bytes_and_at_least_one_object(string sizes, int objects, long bytes, string expected)
    {
        var collection = new StudyCollection(
            new ExamRecord { StudyInstanceUid = Study },
            [.. sizes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((s, i) => new StudyObject
            {
                Id = $"{i}", Kind = StudyObjectKind.Instance, Bytes = long.Parse(s, System.Globalization.CultureInfo.InvariantCulture),
            })],
            []);
        Assert.Equal(expected, string.Join(' ', BatchPlan.Of(collection, objects, bytes)));
    }

    private StudyMover Mover(StudyAuditor? auditor = null) => new(_source, _source, _target, _ledger, new MoverOptions { BatchObjects = 2 }, _time, auditor);

    private async Task<Amount> TransferAll(int attempt = 1)
    {
        var amount = Amount.None;
        for (var batch = 0; batch < 3; batch++)
            amount += (await _mover.TransferAsync(Study, Step(StepKind.Transfer, attempt, batch), None)).Amount;
        return amount;
    }

    private ValueTask<StepResult> Finish(Amount expected) => _mover.FinishAsync(Study, Step(StepKind.Finish) with { Expected = expected }, None);

    private static MigrationStep Step(StepKind kind, int attempt = 1, int batch = 0) => new("r", 1, attempt, 0, kind, "CT") { Batch = batch };
}
