namespace MedStreams.Dicom.Pacs;

/// <summary>Where examinations are listed: the old PACS, a table beside it, or a folder. Safe for several threads.</summary>
public interface IExamSource
{
    /// <summary>What it is called in reports and logs; no secret.</summary>
    string Name { get; }

    /// <summary>One page of a window, in an order of its own that stays the same while nothing changes.</summary>
    /// <param name="window">Which examinations.</param>
    /// <param name="continuation">Where the page before ended; null: from the beginning.</param>
    /// <param name="pageSize">How many at most.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="PacsException">The source did not answer, or not in order.</exception>
    ValueTask<ExamPage> ReadPageAsync(ExamWindow window, string? continuation, int pageSize, CancellationToken cancellationToken);
}

/// <summary>A page of examinations.</summary>
/// <param name="Exams">They.</param>
/// <param name="Continuation">Where the next page begins; null: this was the last.</param>
/// <param name="Alarm">Why the source may have kept some back, such as a limit of results that was just reached; null: nothing looks so.</param>
public sealed record ExamPage(IReadOnlyList<ExamRecord> Exams, string? Continuation, string? Alarm = null);
