using MedStreams.Topologies.Migration;
using static MedStreams.Topologies.Migration.MigrationEventKind;
using static MedStreams.Topologies.Tests.Migration.Results;

namespace MedStreams.Topologies.Tests.Migration;

/// <summary>The moves of one study, step by step.</summary>
public sealed class StudyMovesTests : IDisposable
{
    private readonly StudiesDriver _driver = new(new MigrationOptions { Partitions = 1, BatchesAtOnce = 2 });

    public void Dispose() => _driver.Dispose();

    [Fact]
    public void S3_10_a_study_is_complete_when_it_equals_what_was_collected()
    {
        Begin(objects: 5, batches: 3);
        Assert.Equal([0, 1], Outstanding());
        _driver.Answer("1.2", Sent(1), Moved(2));
        Assert.Equal(2, _driver.Last("1.2").Migrated.Objects);
        _driver.Answer("1.2", Sent(2), Moved(1));
        _driver.Answer("1.2", Sent(0), Moved(2));

        var finish = _driver.Step("1.2");
        Assert.Equal((StepKind.Finish, Objects(5)), (finish.Kind, finish.Expected));
        _driver.Answer("1.2", StepResult.Done(Objects(5)));

        Assert.Equal([Listed, AttemptBegan, MigrationEventKind.Collected, Progress, Progress, Progress, Migrated], _driver.Kinds("1.2"));
        var last = _driver.Last("1.2");
        Assert.Equal((RecordState.Migrated, 1, Objects(5), Objects(5)), (last.State, last.Attempt, last.Expected!.Value, last.Migrated));
        Assert.Null(_driver.Phase("1.2"));
        Assert.Empty(_driver.Alerts);
    }

    [Fact]
    public void S3_10_less_than_expected_continues()
    {
        Begin(objects: 4, batches: 1);
        _driver.Answer("1.2", SoFar(1));
        Assert.Equal((StepKind.Transfer, 0), (_driver.Step("1.2").Kind, _driver.Step("1.2").Batch));
        Assert.Equal(1, _driver.Last("1.2").Migrated.Objects);
        _driver.Answer("1.2", SoFar(3));
        Assert.Equal(3, _driver.Last("1.2").Migrated.Objects); // a batch tells all that it has, not what is new
        _driver.Answer("1.2", Moved(4));
        Assert.Equal(StepKind.Finish, _driver.Step("1.2").Kind);

        _driver.Answer("1.2", StepResult.Done(Objects(3))); // the target holds less than was stored
        Assert.Equal(StepKind.Transfer, _driver.Step("1.2").Kind);
        _driver.Answer("1.2", Moved(4));
        _driver.Answer("1.2", StepResult.Done(Objects(4)));
        Assert.Equal(RecordState.Migrated, _driver.Last("1.2").State);
    }

    [Fact]
    public void S3_10_what_stays_less_fails_the_attempt_after_as_many_rounds_as_there_are_tries()
    {
        Begin(objects: 2, batches: 1);
        for (var round = 0; round < 3; round++)
            _driver.Answer("1.2", Moved(1));

        Assert.Equal(StepKind.RollBack, _driver.Step("1.2").Kind);
        _driver.Answer("1.2", StepResult.Done(Amount.None));
        Assert.Equal((AttemptFailed, "1 of 2 objects are missing, after 3 rounds"), (_driver.Last("1.2").Kind, _driver.Last("1.2").Reason));
    }

    [Theory]
    [InlineData(3, 100, "3 objects are there, and 2 are expected")]
    [InlineData(2, 101, "what the target holds differs from what was stored in bytes or digest")]
    public void S3_10_more_or_different_is_an_error_and_not_tried_again(int objects, int bytes, string reason)
    {
        Begin(objects: 2, batches: 1);
        _driver.Answer("1.2", Moved(2));
        _driver.Answer("1.2", StepResult.Done(Objects(objects, bytes)));
        Assert.Equal(StepKind.RollBack, _driver.Step("1.2").Kind);
        _driver.Answer("1.2", StepResult.Done(Amount.None));

        var last = _driver.Last("1.2");
        Assert.Equal((Failed, RecordState.Failed, reason), (last.Kind, last.State, last.Reason));
        Assert.Equal(AlertKind.Conflict, Assert.Single(_driver.Alerts).Kind);
    }

    [Fact]
    public void S3_10_a_digest_that_differs_is_an_error()
    {
        var stored = Amount.Of("1.2.1", 10, new string('a', 64));
        Begin(objects: 1, batches: 1);
        _driver.Answer("1.2", StepResult.Done(stored));
        _driver.Answer("1.2", StepResult.Done(Amount.Of("1.2.1", 10, new string('b', 64))));
        _driver.Answer("1.2", StepResult.Done(Amount.None));
        Assert.Equal(StepFailure.Conflict, _driver.Last("1.2").Failure);
    }

    [Fact]
    public void S3_11_a_failed_upload_is_rolled_back_and_tried_three_times_then_it_has_failed_with_reason_timings_and_an_alert()
    {
        _driver.Send("1.2", 1);
        foreach (var wait in new[] { 10, 20 })
        {
            _driver.Answer("1.2", Results.Collected(1, 1));
            _driver.Answer("1.2", Refusal);
            var rollBack = _driver.Step("1.2");
            Assert.Equal(StepKind.RollBack, rollBack.Kind);
            _driver.Answer("1.2", StepResult.Done(Amount.None));
            Assert.Equal((AttemptFailed, StepFailure.Refused), (_driver.Last("1.2").Kind, _driver.Last("1.2").Failure!.Value));

            _driver.Advance(TimeSpan.FromSeconds(wait - 1));
            Assert.Equal(StudyPhase.BackingOff, _driver.Phase("1.2"));
            _driver.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal((StepKind.Collect, rollBack.Attempt + 1), (_driver.Step("1.2").Kind, _driver.Step("1.2").Attempt));
        }

        _driver.Answer("1.2", Refusal);
        _driver.Answer("1.2", StepResult.Done(Amount.None));

        var last = _driver.Last("1.2");
        Assert.Equal((Failed, RecordState.Failed, 3, 3, "the target refuses an object"), (last.Kind, last.State, last.Tries, last.Attempt, last.Reason));
        Assert.Equal((_driver.Now, _driver.Now - 30_000), (last.Timings.EndedAt, last.Timings.ListedAt));
        var alert = Assert.Single(_driver.Alerts);
        Assert.Equal((AlertKind.StudyFailed, "the target refuses an object", 3), (alert.Kind, alert.Reason, alert.Tries));
        Assert.Equal(last.Timings, alert.Timings);
    }

    [Fact]
    public void S3_11_while_source_or_target_is_away_no_study_uses_up_its_tries()
    {
        _driver.Send("1.2", 1);
        foreach (var wait in new[] { 10, 20, 40, 80 })
        {
            _driver.Answer("1.2", Down);
            _driver.Answer("1.2", StepResult.Done(Amount.None));
            Assert.Equal((AttemptFailed, StepFailure.Unavailable, 0), (_driver.Last("1.2").Kind, _driver.Last("1.2").Failure!.Value, _driver.Last("1.2").Tries));
            _driver.Advance(TimeSpan.FromSeconds(wait));
        }

        Assert.Equal((AlertKind.Away, "the target is away"), (Assert.Single(_driver.Alerts).Kind, _driver.Alerts[0].Reason));
        _driver.Answer("1.2", Results.Collected(1, 1));
        _driver.Answer("1.2", Moved(1));
        _driver.Answer("1.2", StepResult.Done(Objects(1)));
        Assert.Equal((Migrated, 5, 1), (_driver.Last("1.2").Kind, _driver.Last("1.2").Attempt, _driver.Last("1.2").Tries));
    }

    [Fact]
    public void S3_11_outcomes_of_an_earlier_attempt_and_outcomes_that_came_before_change_nothing()
    {
        Begin(objects: 4, batches: 2);
        var (first, second) = (Sent(0), Sent(1));
        _driver.Answer("1.2", first, Moved(2));
        _driver.Answer("1.2", first, Moved(2));
        Assert.Equal(2, _driver.Last("1.2").Migrated.Objects);
        _driver.Answer("1.2", second, Down);
        _driver.Answer("1.2", StepResult.Done(Amount.None));
        _driver.Advance(TimeSpan.FromSeconds(10));

        _driver.Answer("1.2", Results.Collected(4, 2));
        var before = _driver.Events.Count;
        _driver.Answer("1.2", second, Moved(2));
        _driver.Answer("1.2", first, Conflict);
        Assert.Equal(before, _driver.Events.Count);
        Assert.Equal(StudyPhase.Transferring, _driver.Phase("1.2"));
    }

    [Fact]
    public void S3_11_what_cannot_be_taken_back_is_told_and_the_study_goes_on()
    {
        Begin(objects: 1, batches: 1);
        _driver.Answer("1.2", Conflict);
        _driver.Answer("1.2", Down);
        _driver.Answer("1.2", Down);
        Assert.Empty(_driver.Alerts);
        _driver.Advance(TimeSpan.FromMinutes(5)); // no answer at all

        Assert.Equal([AlertKind.NotRolledBack, AlertKind.Conflict], _driver.Alerts.Select(a => a.Kind));
        Assert.Equal(RecordState.Failed, _driver.Last("1.2").State);
    }

    [Fact]
    public void S3_3_what_is_in_the_target_already_is_migrated_at_once()
    {
        _driver.Send("1.2", 1);
        _driver.Answer("1.2", Results.Collected(3, 1) with { IsThereAlready = true });
        var last = _driver.Last("1.2");
        Assert.Equal((Skipped, RecordState.Migrated, 3), (last.Kind, last.State, last.Migrated.Objects));
    }

    [Fact]
    public void S3_11_the_operator_can_have_the_next_try_now()
    {
        Begin(objects: 1, batches: 1);
        _driver.Answer("1.2", Down);
        _driver.Answer("1.2", StepResult.Done(Amount.None));
        _driver.Say(new MigrationControl(ControlVerb.Retry, _driver.Now + 1));
        _driver.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, _driver.Step("1.2").Attempt);
    }

    [Fact]
    public void Attempts_go_on_where_the_database_says_and_never_go_back()
    {
        _driver.Send("1.2", 1, attempt: 7);
        Assert.Equal(7, _driver.Step("1.2").Attempt);
        _driver.Answer("1.2", Conflict);
        _driver.Answer("1.2", StepResult.Done(Amount.None));
        _driver.Send("1.2", 1, attempt: 9); // the same task again
        Assert.Equal(7, _driver.Step("1.2").Attempt);
        _driver.Send("1.2", 2, attempt: 5);
        Assert.Equal(8, _driver.Step("1.2").Attempt);
    }

    [Fact]
    public void A_study_survives_the_death_of_the_process_at_every_step()
    {
        _driver.Send("1.2", 1);
        foreach (var result in new[] { Results.Collected(2, 2), Moved(1), Moved(1), StepResult.Done(Objects(2)) })
        {
            _driver.Restart();
            if (_driver.Step("1.2").Kind == StepKind.Transfer && _driver.Last("1.2").Migrated.Objects == 0)
                _driver.Answer("1.2", Sent(0), result);
            else
                _driver.Answer("1.2", result);
        }

        Assert.Equal(RecordState.Migrated, _driver.Last("1.2").State);
        Assert.Equal(0, _driver.Left(MigrationTopology.QueueStore));
    }

    private void Begin(int objects, int batches)
    {
        _driver.Send("1.2", 1);
        _driver.Answer("1.2", Results.Collected(objects, batches));
    }

    private MigrationStep Sent(int batch) => _driver.Steps.Last(s => s.Step.Kind == StepKind.Transfer && s.Step.Batch == batch).Step;

    private IEnumerable<int> Outstanding() => _driver.Studies.Get("1.2")!.OnTheirWay.Keys;
}
