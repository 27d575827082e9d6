namespace MedStreams.Dicom.Pacs.Inspecting;

/// <summary>
/// Looks a whole source through before its studies are moved: UIDs that are none, instances in several studies, studies of several patients, doubles, records without
/// date or patient, counts that do not agree, and what the source itself knows. Changes nothing; memory stays flat. For one run.
/// </summary>
/// <param name="source">Lists the studies.</param>
/// <param name="collector">Finds their objects; null: only records are looked at.</param>
/// <param name="options">How.</param>
public sealed class SourceInspector(IExamSource source, IStudyCollector? collector, InspectionOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<FindingKind, long> _counts = [];
    private readonly List<SourceFinding> _findings = [];
    private long _studies;
    private long _instances;
    private long _documents;
    private long _bytes;
    private int _failures;

    /// <summary>How many records were looked at so far.</summary>
    public long Studies => Interlocked.Read(ref _studies);

    /// <summary>Looks.</summary>
    /// <param name="cancellationToken">Ends the looking.</param>
    /// <exception cref="PacsException">The source does not answer.</exception>
    public async Task<SourceInspection> RunAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(options.WorkFolder, Guid.NewGuid().ToString("N"));
        using var patients = new PairSpill(folder + "-patients");
        using var places = new PairSpill(folder + "-places");
        await ListAsync(patients, places, cancellationToken);
        foreach (var known in new object?[] { source, collector }.OfType<ISourceFindings>().Distinct())
        {
            await foreach (var finding in known.FindingsAsync(cancellationToken))
                Add(finding);
        }

        var twice = Patients(patients);
        Places(places);
        return new SourceInspection(source.Name, _studies - twice, _instances, _documents, _bytes, _counts, [.. _findings.OrderBy(f => f.Kind)]);
    }

    private async Task ListAsync(PairSpill patients, PairSpill places, CancellationToken cancellationToken)
    {
        string? at = null;
        do
        {
            var page = await source.ReadPageAsync(ExamWindow.Everything, at, options.PageSize, cancellationToken);
            if (page.Alarm is { } alarm && source is not ISourceFindings) // which tells the same, one by one
                Add(new SourceFinding(FindingKind.SourceAlarm, alarm));
            var limits = new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(page.Exams, limits, async (exam, token) =>
            {
                Look(exam);
                patients.Add(exam.StudyInstanceUid, $"{exam.IssuerOfPatientId}^{exam.PatientId}");
                if (collector is not null)
                    await CollectAsync(collector, exam, places, token);
                Interlocked.Increment(ref _studies);
            });
            at = page.Continuation;
        }
        while (at is not null);
    }

    private void Look(ExamRecord exam)
    {
        if (UidRules.Fault(exam.StudyInstanceUid) is { } fault)
            Add(FindingKind.BrokenUid, exam, $"The study's UID is none: {fault}.");
        if (exam.PatientId.Length == 0)
            Add(FindingKind.StudyWithoutPatient, exam, "The study has no patient id.");
        if (exam.StudyDate is null)
            Add(FindingKind.StudyWithoutDate, exam, "The study has no valid date.");
    }

    private async Task CollectAsync(IStudyCollector from, ExamRecord exam, PairSpill places, CancellationToken cancellationToken)
    {
        try
        {
            if (await from.CollectAsync(exam, cancellationToken) is { } study)
                Look(study, places);
            else
                Add(FindingKind.StudyNotCollected, exam, "The source lists the study and does not know it.");
            Interlocked.Exchange(ref _failures, 0);
        }
        catch (PacsException e)
        {
            Add(FindingKind.StudyNotCollected, exam, e.Message);
            if (Interlocked.Increment(ref _failures) > options.MostFailures)
                throw;
        }
    }

    private void Look(StudyCollection study, PairSpill places)
    {
        var instances = 0;
        foreach (var one in study.Objects)
        {
            Interlocked.Add(ref _bytes, one.Bytes ?? 0);
            if (one.Kind == StudyObjectKind.Document)
            {
                Interlocked.Increment(ref _documents);
                continue;
            }

            instances++;
            places.Add(one.Id, study.Exam.StudyInstanceUid);
            if ((UidRules.Fault(one.Id) ?? (one.SeriesInstanceUid.Length > 0 ? UidRules.Fault(one.SeriesInstanceUid) : null)) is { } fault)
                Add(FindingKind.BrokenUid, study.Exam, $"The UID of an instance, or of its series, is none: {fault}.", one);
        }

        Interlocked.Add(ref _instances, instances);
        if (study.Objects.Count == 0)
            Add(FindingKind.EmptyStudy, study.Exam, "The study has no object.");
        else if (study.Exam.Instances is { } told && told != instances)
            Add(FindingKind.CountDiffers, study.Exam, $"The source tells of {told} instances and has {instances}.");
        foreach (var note in study.Notes)
            Add(FindingKind.Note, study.Exam, note);
    }

    /// <summary>Studies that were listed more than once, and those of several patients; answers how many records were too many.</summary>
    private long Patients(PairSpill patients)
    {
        var twice = 0L;
        foreach (var (study, named) in patients.Repeated())
        {
            var exam = new ExamRecord { StudyInstanceUid = study };
            twice += named.Count - 1;
            Add(FindingKind.StudyListedTwice, exam, $"The source lists the study {named.Count} times.");
            var different = named.Distinct(StringComparer.Ordinal).Count();
            if (different > 1)
                Add(FindingKind.StudyOfSeveralPatients, exam, $"The study is listed under {different} patients.");
        }

        return twice;
    }

    private void Places(PairSpill places)
    {
        foreach (var (instance, studies) in places.Repeated())
        {
            var different = studies.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            if (different.Count > 1)
            {
                Add(new SourceFinding(FindingKind.InstanceInSeveralStudies, $"The instance stands in {different.Count} studies: {string.Join(", ", different.Take(5))}.")
                {
                    StudyInstanceUid = different[0],
                    ObjectId = instance,
                });
            }
        }
    }

    private void Add(FindingKind kind, ExamRecord exam, string detail, StudyObject? one = null) => Add(new SourceFinding(kind, detail)
    {
        StudyInstanceUid = exam.StudyInstanceUid,
        ObjectId = one?.Id,
        Location = one?.Location,
    });

    private void Add(SourceFinding finding)
    {
        lock (_gate)
        {
            var count = _counts[finding.Kind] = _counts.GetValueOrDefault(finding.Kind) + 1;
            if (count <= options.KeptOfEachKind)
                _findings.Add(finding);
        }
    }
}
