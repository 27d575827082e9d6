using System.Runtime.CompilerServices;
using System.Text.Json;

namespace MedStreams.Dicom.Pacs.Differences;

/// <summary>
/// Puts the studies of a PACS into the order of their UIDs, in bounded memory: sorted pieces in files, then merged. A study that is added several times comes out
/// once. Files hold numbers of patients, and are deleted when the comparison is through. Not thread-safe.
/// </summary>
/// <param name="folder">A folder of its own; pieces that lie there are part of it.</param>
/// <param name="inMemory">How many studies a piece has.</param>
/// <param name="keepsNames">Whether names of patients are kept too.</param>
internal sealed class SortedExams(string folder, int inMemory, bool keepsNames)
{
    private const string Extension = ".exams";
    private readonly List<ExamRecord> _piece = [];
    private int _count = Count(folder);

    /// <summary>Takes a study.</summary>
    public async Task AddAsync(ExamRecord exam, CancellationToken stop)
    {
        _piece.Add(keepsNames ? exam : exam with { PatientName = null });
        if (_piece.Count >= inMemory)
            await FlushAsync(stop);
    }

    /// <summary>Writes what is held in memory; a piece is there whole or not at all.</summary>
    public async Task FlushAsync(CancellationToken stop)
    {
        if (_piece.Count == 0)
            return;
        _piece.Sort((a, b) => string.CompareOrdinal(a.StudyInstanceUid, b.StudyInstanceUid));
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{_count++:D6}{Extension}");
        await using (var writer = new StreamWriter(path + ".new"))
        {
            foreach (var exam in _piece)
                await writer.WriteLineAsync(JsonSerializer.Serialize(exam, DifferenceJson.Default.ExamRecord).AsMemory(), stop);
        }

        File.Move(path + ".new", path);
        _piece.Clear();
    }

    /// <summary>All studies, in the order of their UIDs, each once.</summary>
    /// <param name="after">Only those behind this UID; null: all.</param>
    /// <param name="stop">Ends the reading.</param>
    public async IAsyncEnumerable<ExamRecord> ReadAsync(string? after, [EnumeratorCancellation] CancellationToken stop)
    {
        var readers = new List<StreamReader>();
        try
        {
            var heads = new PriorityQueue<(ExamRecord Exam, StreamReader Reader), string>(StringComparer.Ordinal);
            foreach (var path in Directory.Exists(folder) ? Directory.GetFiles(folder, "*" + Extension).Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
            {
                readers.Add(new StreamReader(path));
                await AdvanceAsync(readers[^1], heads, stop);
            }

            var last = after;
            while (heads.TryDequeue(out var head, out var uid))
            {
                await AdvanceAsync(head.Reader, heads, stop);
                if (last is not null && string.CompareOrdinal(uid, last) <= 0)
                    continue;
                last = uid;
                yield return head.Exam;
            }
        }
        finally
        {
            foreach (var reader in readers)
                reader.Dispose();
        }
    }

    private static async Task AdvanceAsync(StreamReader reader, PriorityQueue<(ExamRecord, StreamReader), string> heads, CancellationToken stop)
    {
        if (await reader.ReadLineAsync(stop) is not { } line)
            return;
        var exam = JsonSerializer.Deserialize(line, DifferenceJson.Default.ExamRecord)!;
        heads.Enqueue((exam, reader), exam.StudyInstanceUid);
    }

    private static int Count(string folder) => Directory.Exists(folder) ? Directory.GetFiles(folder, "*" + Extension).Length : 0;
}
