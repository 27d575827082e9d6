using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace MedStreams.Dicom.Pacs.Differences;

/// <summary>What a <see cref="DifferenceRun"/> leaves in its folder: how far it came, and what differs. Not for several threads.</summary>
/// <param name="folder">The folder; it need not be there.</param>
public sealed class KeptComparison(string folder)
{
    private string StateFile => Path.Combine(folder, "state.json");

    internal string ResultFile => Path.Combine(folder, "differences.jsonl");

    /// <summary>What it came to so far; null: there is none.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<DifferenceSummary?> FindAsync(CancellationToken cancellationToken) => (await LoadAsync(cancellationToken))?.Summary;

    /// <summary>What was found so far, in the order of the UIDs.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<StudyDifference> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await LoadAsync(cancellationToken) is not { Length: > 0 } state)
            yield break;
        using var reader = new StreamReader(new FileStream(ResultFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        for (var length = 0L; length < state.Length && await reader.ReadLineAsync(cancellationToken) is { } line; length += Encoding.UTF8.GetByteCount(line) + 1)
            yield return JsonSerializer.Deserialize(line, DifferenceJson.Default.StudyDifference)!;
    }

    /// <summary>Forgets it: the next one in the folder begins anew.</summary>
    public void Delete()
    {
        File.Delete(StateFile); // first: without it the rest counts for nothing
        File.Delete(ResultFile);
        DeletePieces();
    }

    internal string Piece(bool isFirst) => Path.Combine(folder, isFirst ? "first" : "second");

    internal void DeletePieces()
    {
        foreach (var piece in (string[])[Piece(isFirst: true), Piece(isFirst: false)])
        {
            if (Directory.Exists(piece))
                Directory.Delete(piece, recursive: true);
        }
    }

    internal async Task<DifferenceState?> LoadAsync(CancellationToken stop)
    {
        if (!File.Exists(StateFile))
            return null;
        await using var file = File.OpenRead(StateFile);
        return await JsonSerializer.DeserializeAsync(file, DifferenceJson.Default.DifferenceState, stop);
    }

    internal async Task SaveAsync(DifferenceState state, CancellationToken stop)
    {
        await using (var file = new FileStream(StateFile + ".new", FileMode.Create, FileAccess.Write))
        {
            await JsonSerializer.SerializeAsync(file, state, DifferenceJson.Default.DifferenceState, stop);
            file.Flush(flushToDisk: true);
        }

        File.Move(StateFile + ".new", StateFile, overwrite: true);
    }
}

/// <summary>A comparison, through or not, as a report tells of it.</summary>
/// <param name="Summary">What it came to.</param>
/// <param name="Differences">What differs.</param>
public sealed record Comparison(DifferenceSummary Summary, IReadOnlyList<StudyDifference> Differences);
