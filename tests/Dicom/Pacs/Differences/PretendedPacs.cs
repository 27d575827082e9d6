using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Differences;

namespace MedStreams.Dicom.Tests.Pacs.Differences;

/// <summary>A PACS in memory, with its troubles.</summary>
internal sealed class PretendedPacs(string name) : IExamSource, IStudyHoldings
{
    public Dictionary<string, (ExamRecord Exam, List<HeldObject> Objects)> Studies { get; } = [];

    public string Name => name;

    /// <summary>More studies than that are not told of a window.</summary>
    public int Limit { get; init; } = int.MaxValue;

    /// <summary>Called before each question; throws where it pleases.</summary>
    public Action<string> OnAsk { get; set; } = _ => { };

    public int Pages { get; private set; }

    public int Inspected => _inspected;

    private int _inspected;

    public PacsSide Side => new(this, this);

    public PretendedPacs Add(string uid, DateOnly? day = null, params HeldObject[] objects)
    {
        Studies[uid] = (new ExamRecord { StudyInstanceUid = uid, StudyDate = day, PatientId = "P" + uid, PatientName = "SECRET^NAME", Department = "RADIOLOGY" }, [.. objects]);
        return this;
    }

    public ValueTask<ExamPage> ReadPageAsync(ExamWindow window, string? continuation, int pageSize, CancellationToken cancellationToken)
    {
        OnAsk("page");
        Pages++;
        var at = continuation is null ? 0 : int.Parse(continuation);
        var all = Studies.Values.Select(s => s.Exam).Where(e => window.Contains(e.StudyDate)).ToList();
        var told = all.Take(Limit).Skip(at).Take(pageSize).ToList();
        var end = at + told.Count;
        return ValueTask.FromResult(new ExamPage(told, end < Math.Min(all.Count, Limit) ? $"{end}" : null, all.Count > Limit ? "a limit of results was reached" : null));
    }

    public ValueTask<HeldStudy?> InspectAsync(ExamRecord exam, VerificationLevel level, CancellationToken cancellationToken)
    {
        OnAsk(exam.StudyInstanceUid);
        Interlocked.Increment(ref _inspected);
        return ValueTask.FromResult(Studies.TryGetValue(exam.StudyInstanceUid, out var study) ? new HeldStudy(exam.StudyInstanceUid, study.Objects) : null);
    }
}
