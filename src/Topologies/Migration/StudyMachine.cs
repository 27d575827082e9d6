using System.Globalization;

namespace MedStreams.Topologies.Migration;

/// <summary>
/// The moves of one study: from the queue into its list, through collection, transfer and finish, back when something fails, and to its end. Pure:
/// takes what came, changes <see cref="Record"/>, and says what is to be written. Lives for one word.
/// </summary>
/// <param name="options">The rules.</param>
/// <param name="record">The study.</param>
/// <param name="now">The time, in epoch milliseconds.</param>
/// <param name="heldUntil">Until when no further batch may go out, by the throttle, once so many more bytes are stored.</param>
internal sealed class StudyMachine(MigrationOptions options, StudyRecord record, long now, Func<long, long> heldUntil)
{
    private const int Largest = 30; // of the exponent of waits
    private readonly List<MigrationStep> _steps = [];
    private readonly List<MigrationEvent> _events = [];
    private readonly List<MigrationAlert> _alerts = [];

    /// <summary>The study as it is now.</summary>
    public StudyRecord Record { get; private set; } = record;

    /// <summary>Whether it has left its list; <see cref="StudyRecord.Next"/> may follow.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Bytes that were stored by what came.</summary>
    public long NewBytes { get; private set; }

    public IReadOnlyList<MigrationStep> Steps => _steps;

    public IReadOnlyList<MigrationEvent> Events => _events;

    public IReadOnlyList<MigrationAlert> Alerts => _alerts;

    /// <summary>It leaves the queue and enters its list.</summary>
    public void Enter()
    {
        var limit = Record.Task.TimeLimit ?? (long)options.TimeLimit.TotalMilliseconds;
        Record = Record with
        {
            QueueKey = "",
            Deadline = now + limit,
            Timings = Record.Timings with { ListedAt = now },
        };
        Tell(MigrationEventKind.Listed, RecordState.Running);
        BeginAttempt();
        SetDue();
    }

    /// <summary>An outcome; one of an earlier attempt, or that came before, changes nothing.</summary>
    public void Take(MigrationOutcome outcome)
    {
        var (step, result) = (outcome.Step, outcome.Result);
        if (step.Task != Record.Task.Number || step.Attempt != Record.Attempt || Kind(Record.Phase) != step.Kind
            || Record.OnTheirWay.GetValueOrDefault(step.Batch, -1) != step.Serial)
        {
            return;
        }

        Record = Record with { OnTheirWay = Record.OnTheirWay.Remove(step.Batch) };
        if (step.Kind == StepKind.RollBack)
            TakenBack(result);
        else if (result.Status == StepStatus.Failed)
            Fail(result.Failure, result.Reason ?? "no reason was given");
        else if (step.Kind == StepKind.Transfer)
            Transferred(step.Batch, result);
        else if (result.Status == StepStatus.Continues)
            Send(step.Kind);
        else if (step.Kind == StepKind.Collect)
            Collected(result);
        else
            Finished(result.Amount);
        SetDue();
    }

    /// <summary>Time has passed.</summary>
    public void Look()
    {
        if (Record.Deadline > 0 && now >= Record.Deadline && Record.Then is not (Afterwards.TimedOut or Afterwards.Misplaced))
        {
            var limit = TimeSpan.FromMilliseconds(Record.Deadline - Record.Timings.ListedAt.GetValueOrDefault());
            Leave(Afterwards.TimedOut, string.Create(CultureInfo.InvariantCulture, $"it was in the list for longer than {limit}"));
        }
        else if (Record.Phase == StudyPhase.RollingBack && Record.PhaseEnd <= now)
        {
            RollBackAgain("no answer came in time");
        }
        else if (Record.Phase == StudyPhase.BackingOff && Record.PhaseEnd <= now)
        {
            BeginAttempt();
        }
        else if (Record.Phase == StudyPhase.Transferring)
        {
            SendBatches();
        }

        SetDue();
    }

    /// <summary>An operator asks that what waits be tried now.</summary>
    /// <param name="at">When that was said.</param>
    public void Retry(long at)
    {
        if (Record.Phase == StudyPhase.BackingOff && Record.BackingOffSince < at)
        {
            BeginAttempt();
            SetDue();
        }
    }

    /// <summary>It is in a list that it does not belong to (S3.5).</summary>
    public void Misplaced(string reason)
    {
        if (Record.Then is not (Afterwards.TimedOut or Afterwards.Misplaced))
            Leave(Afterwards.Misplaced, reason);
        SetDue();
    }

    /// <summary>A later task of the study came: it takes over once this one is taken back.</summary>
    public void Replace(MigrationTask next)
    {
        Record = Record with { Next = next };
        Misplaced("a later task of the study came");
    }

    private void BeginAttempt()
    {
        Record = Record with
        {
            Phase = StudyPhase.Collecting,
            Attempt = Record.Attempt + 1,
            Tries = Record.Tries + 1,
            NextSerial = 0,
            OnTheirWay = Record.OnTheirWay.Clear(),
            Expected = null,
            Rounds = 0,
            RollBacks = 0,
            Then = Afterwards.Retry,
            Failure = null,
            Reason = null,
            Timings = Record.Timings with { StartedAt = now, CollectedAt = null, StoredAt = null },
        };
        ForgetBatches();
        Tell(MigrationEventKind.AttemptBegan);
        Send(StepKind.Collect);
    }

    private void ForgetBatches() =>
        Record = Record with { NextBatch = 0, Again = [], Whole = Amount.None, Parts = Record.Parts.Clear() };

    private void Send(StepKind kind, int batch = 0)
    {
        var serial = Record.NextSerial;
        _steps.Add(new MigrationStep(Record.Task.Run, Record.Task.Number, Record.Attempt, serial, kind, Record.Task.Department)
        {
            Batch = batch,
            Expected = kind == StepKind.Finish ? Record.Stored() : Amount.None,
        });
        Record = Record with { NextSerial = serial + 1, OnTheirWay = Record.OnTheirWay.SetItem(batch, serial) };
    }

    private void Collected(StepResult result)
    {
        Record = Record with
        {
            Expected = result.Amount,
            Batches = result.Batches,
            Timings = Record.Timings with { CollectedAt = now },
        };
        Tell(MigrationEventKind.Collected);
        if (result.IsThereAlready)
        {
            Record = Record with { Whole = result.Amount };
            End(MigrationEventKind.Skipped, RecordState.Migrated);
            return;
        }

        Record = Record with { Phase = StudyPhase.Transferring };
        SendBatches();
    }

    private void Transferred(int batch, StepResult result)
    {
        var before = Record.Parts.GetValueOrDefault(batch, Amount.None);
        NewBytes += Math.Max(0, (result.Amount.Bytes - before.Bytes) ?? 0);
        Record = result.Status == StepStatus.Done
            ? Record with { Whole = Record.Whole + result.Amount, Parts = Record.Parts.Remove(batch) }
            : Record with { Parts = Record.Parts.SetItem(batch, result.Amount), Again = Record.Again.Add(batch) };
        if (result.Amount != before)
            Tell(MigrationEventKind.Progress);
        if (Record.Stored().Objects > Record.Expected!.Value.Objects)
            Fail(StepFailure.Conflict, Surplus(Record.Stored().Objects, Record.Expected.Value.Objects));
        else
            SendBatches();
    }

    /// <summary>Sends what may be on its way; when nothing is left, decides whether all is there (S3.10).</summary>
    private void SendBatches()
    {
        while (Record.OnTheirWay.Count < options.BatchesAtOnce && heldUntil(NewBytes) <= now && NextBatch() is { } batch)
            Send(StepKind.Transfer, batch);
        if (Record.OnTheirWay.Count > 0 || Record.Again.Length > 0 || Record.NextBatch < Record.Batches)
            return;
        var expected = Record.Expected!.Value;
        switch (Record.Whole.Against(expected))
        {
            case Completeness.Equal:
                Record = Record with { Phase = StudyPhase.Finishing, Timings = Record.Timings with { StoredAt = now } };
                Send(StepKind.Finish);
                break;
            case Completeness.Less:
                GoOn(Record.Whole.Objects, expected.Objects);
                break;
            case Completeness.More:
                Fail(StepFailure.Conflict, Surplus(Record.Whole.Objects, expected.Objects));
                break;
            default:
                Fail(StepFailure.Conflict, "what was stored differs from what was collected in bytes or digest");
                break;
        }
    }

    private int? NextBatch()
    {
        if (Record.Again.Length > 0)
        {
            var first = Record.Again[0];
            Record = Record with { Again = Record.Again.RemoveAt(0) };
            return first;
        }

        if (Record.NextBatch >= Record.Batches)
            return null;
        Record = Record with { NextBatch = Record.NextBatch + 1 };
        return Record.NextBatch - 1;
    }

    private void Finished(Amount held)
    {
        var stored = Record.Stored();
        switch (held.Against(stored))
        {
            case Completeness.Equal:
                End(MigrationEventKind.Migrated, RecordState.Migrated);
                break;
            case Completeness.Less:
                GoOn(held.Objects, stored.Objects);
                break;
            case Completeness.More:
                Fail(StepFailure.Conflict, Surplus(held.Objects, stored.Objects));
                break;
            default:
                Fail(StepFailure.Conflict, "what the target holds differs from what was stored in bytes or digest");
                break;
        }
    }

    /// <summary>Less is there than should be: all batches go out again, as often as a study is tried; each moves what is missing.</summary>
    private void GoOn(long there, long expected)
    {
        if (Record.Rounds + 1 >= Limit || Record.Batches == 0)
        {
            Fail(StepFailure.Missing, string.Create(
                CultureInfo.InvariantCulture, $"{expected - there} of {expected} objects are missing, after {Record.Rounds + 1} rounds"));
            return;
        }

        Record = Record with { Phase = StudyPhase.Transferring, Rounds = Record.Rounds + 1 };
        ForgetBatches();
        SendBatches();
    }

    private int Limit => Record.Task.Tries ?? options.Tries;

    private static string Surplus(long there, long expected) =>
        string.Create(CultureInfo.InvariantCulture, $"{there} objects are there, and {expected} are expected");

    private void Fail(StepFailure failure, string reason)
    {
        Record = Record with { Failure = failure, Reason = reason };
        RollBack(failure == StepFailure.Conflict ? Afterwards.Fail : Afterwards.Retry);
    }

    private void Leave(Afterwards then, string reason)
    {
        if (then == Afterwards.TimedOut)
            Alert(AlertKind.TimedOut, reason);
        Record = Record with { Reason = reason };
        if (Record.Phase == StudyPhase.BackingOff)
        {
            Record = Record with { Then = then };
            Settle();
        }
        else if (Record.Phase == StudyPhase.RollingBack)
        {
            Record = Record with { Then = then };
        }
        else
        {
            RollBack(then);
        }
    }

    private void RollBack(Afterwards then)
    {
        Record = Record with
        {
            Phase = StudyPhase.RollingBack,
            Then = then,
            RollBacks = 0,
            OnTheirWay = Record.OnTheirWay.Clear(),
            PhaseEnd = now + (long)options.RollBackLimit.TotalMilliseconds,
        };
        Send(StepKind.RollBack);
    }

    private void TakenBack(StepResult result)
    {
        if (result.Status == StepStatus.Continues)
            Send(StepKind.RollBack);
        else if (result.Status == StepStatus.Failed && result.Failure != StepFailure.Fenced)
            RollBackAgain(result.Reason ?? "no reason was given");
        else
            Settle();
    }

    private void RollBackAgain(string reason)
    {
        if (Record.RollBacks + 1 >= Limit)
        {
            Alert(AlertKind.NotRolledBack, reason);
            Settle();
            return;
        }

        Record = Record with { RollBacks = Record.RollBacks + 1, PhaseEnd = now + (long)options.RollBackLimit.TotalMilliseconds };
        Send(StepKind.RollBack);
    }

    /// <summary>All is taken back: what now?</summary>
    private void Settle()
    {
        Record = Record with { OnTheirWay = Record.OnTheirWay.Clear() };
        switch (Record.Then)
        {
            case Afterwards.TimedOut:
                End(MigrationEventKind.TimedOut, Pending());
                break;
            case Afterwards.Misplaced:
                End(MigrationEventKind.Misplaced, Pending());
                break;
            case Afterwards.Retry when Record.Failure == StepFailure.Unavailable:
                // Nobody tried the study: that would only make all of them fail while old or new PACS is away.
                Record = Record with { Tries = Record.Tries - 1, Outages = Record.Outages + 1 };
                BackOff(Record.Outages);
                if (Record.Outages == Limit)
                    Alert(AlertKind.Away, Record.Reason ?? "no reason was given");
                break;
            case Afterwards.Retry when Record.Tries < Limit:
                Record = Record with { Outages = 0 };
                BackOff(Record.Tries);
                break;
            default:
                var kind = Record.Failure == StepFailure.Conflict ? AlertKind.Conflict : AlertKind.StudyFailed;
                End(MigrationEventKind.Failed, RecordState.Failed);
                Alert(kind, Record.Reason ?? "no reason was given");
                break;
        }
    }

    /// <summary>Waits for the next attempt, longer each time.</summary>
    private void BackOff(int failures)
    {
        var wait = Math.Min(options.Backoff.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, Largest)), options.MaxBackoff.TotalMilliseconds);
        Record = Record with { Phase = StudyPhase.BackingOff, PhaseEnd = now + (long)wait, BackingOffSince = now };
        Tell(MigrationEventKind.AttemptFailed);
    }

    private RecordState? Pending() => Record.Next is null ? RecordState.Pending : null;

    private void End(MigrationEventKind kind, RecordState? state)
    {
        HasEnded = true;
        Record = Record with { Deadline = 0, Due = 0, Timings = Record.Timings with { EndedAt = now } };
        Tell(kind, state);
    }

    private void SetDue()
    {
        var own = Record.Phase switch
        {
            StudyPhase.RollingBack or StudyPhase.BackingOff => Record.PhaseEnd,
            StudyPhase.Transferring when Record.OnTheirWay.Count < options.BatchesAtOnce && heldUntil(NewBytes) is var held && held > now => held,
            _ => 0,
        };
        var leaves = Record.Then is Afterwards.TimedOut or Afterwards.Misplaced;
        Record = Record with { Due = HasEnded ? 0 : own == 0 || (Record.Deadline < own && !leaves) ? Record.Deadline : own };
    }

    private void Tell(MigrationEventKind kind, RecordState? state = null) =>
        _events.Add(new MigrationEvent(kind, Record.Task.Run, Record.Task.Number, Record.Attempt, Record.List, now)
        {
            State = state,
            Expected = Record.Expected,
            Migrated = Record.Stored(),
            Failure = Record.Failure,
            Reason = Record.Reason,
            Tries = Record.Tries,
            Timings = Record.Timings,
        });

    private void Alert(AlertKind kind, string reason) =>
        _alerts.Add(new MigrationAlert(kind, Record.Task.Run, Record.Task.Number, Record.Attempt, Record.List, now, reason)
        {
            Failure = Record.Failure,
            Tries = Record.Tries,
            Timings = Record.Timings,
        });

    private static StepKind? Kind(StudyPhase phase) => phase switch
    {
        StudyPhase.Collecting => StepKind.Collect,
        StudyPhase.Transferring => StepKind.Transfer,
        StudyPhase.Finishing => StepKind.Finish,
        StudyPhase.RollingBack => StepKind.RollBack,
        _ => null,
    };
}
