using System.Collections.Concurrent;
using MedStreams.Dicom.Pacs;
using MedStreams.Topologies.Migration;

namespace MedStreams.Cli.Running.Migration.Moving;

/// <summary>An attempt of a study in this process: what is kept of it, and its upload, which all its batches share. Safe for several threads.</summary>
internal sealed class StudySession(string run, int attempt, KeptStudy kept, IPacsTarget target, CancellationToken stop) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, KeptObject> _objects = new(
        kept.Objects.Select(o => KeyValuePair.Create(o.Object.Id, o)), StringComparer.Ordinal);

    private readonly SemaphoreSlim _gate = new(1);
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private IStudyUpload? _upload;

    public string Run => run;

    public int Attempt => attempt;

    public StudyCollection Collection => kept.Collection;

    public string Study => kept.Collection.Exam.StudyInstanceUid;

    /// <summary>Ends the work of the attempt.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>What became of the objects so far, in the collection's order.</summary>
    public IReadOnlyList<KeptObject> Objects => [.. kept.Objects.Select(o => _objects[o.Object.Id])];

    public IEnumerable<StoredObject> Stored => Objects.Select(o => o.Stored).OfType<StoredObject>();

    /// <summary>What of a batch is in the target, as the target has it.</summary>
    public Amount Amount(int batch) => Sum(Objects.Where(o => o.Batch == batch).Select(o => o.Stored).OfType<StoredObject>());

    public static Amount Sum(IEnumerable<StoredObject> stored) =>
        stored.Select(s => Topologies.Migration.Amount.Of(s.TargetId, s.Expected.Bytes, s.Expected.Sha256)).Aggregate(Topologies.Migration.Amount.None, Topologies.Migration.Amount.Add);

    public void Note(KeptObject stored) => _objects[stored.Object.Id] = stored;

    public void Forget(IEnumerable<string> ids)
    {
        foreach (var id in ids)
            _objects[id] = _objects[id] with { Original = null, Stored = null };
    }

    /// <summary>The upload, begun where it is not yet.</summary>
    /// <exception cref="PacsException">The target does not begin it.</exception>
    public async ValueTask<IStudyUpload> UploadAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _upload ??= await target.BeginAsync(Collection, attempt, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Asks the work of the attempt to end.</summary>
    public Task CancelAsync() => _stop.CancelAsync();

    /// <summary>Lets the upload go; nobody may use it any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_upload is { } upload)
            await upload.DisposeAsync();
        _stop.Dispose();
        _gate.Dispose();
    }
}
