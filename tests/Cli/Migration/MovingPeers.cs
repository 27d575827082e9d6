using System.Collections.Concurrent;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Auditing;

namespace MedStreams.Cli.Tests.Migration;

/// <summary>A ledger in memory.</summary>
internal sealed class MemoryLedger : IStudyLedger
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (int Attempt, StudyCollection Collection, Dictionary<string, KeptObject> Objects)> _studies = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, ExamRecord> Exams { get; } = new(StringComparer.Ordinal);

    public int Notes { get; private set; }

    public ValueTask<ExamRecord?> FindExamAsync(string run, string study, CancellationToken cancellationToken) => new(Exams.GetValueOrDefault(study));

    public ValueTask KeepAsync(string run, int attempt, StudyCollection collection, IReadOnlyList<int> batches, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var study = collection.Exam.StudyInstanceUid;
            var old = _studies.GetValueOrDefault(study);
            if (old.Attempt > attempt)
                throw new PacsException("A later attempt has begun.") { Failure = PacsFailure.Fenced };
            var objects = collection.Objects.Select((o, i) => old.Attempt == attempt && old.Objects.TryGetValue(o.Id, out var kept)
                ? kept with { Object = o, Batch = batches[i] } : new KeptObject(o, batches[i]));
            _studies[study] = (attempt, collection, objects.ToDictionary(o => o.Object.Id, StringComparer.Ordinal));
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask<KeptStudy?> ReadAsync(string run, string study, int attempt, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(_studies.TryGetValue(study, out var kept) && kept.Attempt == attempt
                ? new KeptStudy(kept.Collection, [.. kept.Collection.Objects.Select(o => kept.Objects[o.Id])])
                : null);
        }
    }

    public ValueTask StoredAsync(string run, string study, int attempt, IReadOnlyCollection<KeptObject> stored, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_studies[study].Attempt > attempt)
                throw new PacsException("A later attempt has begun.") { Failure = PacsFailure.Fenced };
            foreach (var one in stored)
                _studies[study].Objects[one.Object.Id] = one;
            Notes += stored.Count;
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask ForgetAsync(string run, string study, int attempt, IReadOnlyCollection<string>? objects, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_studies.TryGetValue(study, out var kept) || kept.Attempt != attempt)
                return ValueTask.CompletedTask;
            foreach (var id in objects ?? [.. kept.Objects.Keys])
                kept.Objects[id] = kept.Objects[id] with { Original = null, Stored = null };
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>An audit trail in memory.</summary>
internal sealed class MemoryTrail : IAuditTrail
{
    public ConcurrentQueue<StudyAudit> Audits { get; } = new();

    /// <summary>Thrown instead of writing.</summary>
    public IOException? Fault { get; set; }

    public ValueTask WriteAsync(StudyAudit audit, CancellationToken cancellationToken)
    {
        if (Fault is { } fault)
            throw fault;
        Audits.Enqueue(audit);
        return ValueTask.CompletedTask;
    }
}

/// <summary>An old PACS in memory: every object's content is its name.</summary>
internal sealed class MemorySource(Spool spool) : IStudyCollector, IObjectFetcher
{
    public ConcurrentDictionary<string, string[]> Studies { get; } = new(StringComparer.Ordinal);

    public ConcurrentBag<string> Fetched { get; } = [];

    /// <summary>Asked before each object is handed on; may throw, or wait.</summary>
    public Func<string, CancellationToken, Task> Gate { get; set; } = static (_, _) => Task.CompletedTask;

    public HashSet<string> Gone { get; } = new(StringComparer.Ordinal);

    public static ObjectDigest Digest(string id) => new(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(id))), id.Length);

    public ValueTask<StudyCollection?> CollectAsync(ExamRecord exam, CancellationToken cancellationToken) => new(
        Studies.TryGetValue(exam.StudyInstanceUid, out var objects)
            ? new StudyCollection(exam, [.. objects.Select(o => new StudyObject { Id = o, Kind = StudyObjectKind.Instance, Bytes = 10 })], [])
            : null);

    public async ValueTask<IReadOnlyList<MissingObject>> FetchAsync(
        ExamRecord study, IReadOnlyList<StudyObject> wanted, Func<FetchedObject, CancellationToken, ValueTask> receive, CancellationToken cancellationToken)
    {
        var missing = new List<MissingObject>();
        foreach (var one in wanted)
        {
            await Gate(one.Id, cancellationToken);
            if (Gone.Contains(one.Id))
            {
                missing.Add(new MissingObject(one, "It is not there.", MayComeLater: false));
                continue;
            }

            Fetched.Add(one.Id);
            await using var fetched = new FetchedObject(one, await spool.CreateAsync(cancellationToken), Digest(one.Id));
            await receive(fetched, cancellationToken);
        }

        return missing;
    }
}

/// <summary>A new PACS in memory: nothing of a study is visible before its commit.</summary>
internal sealed class MemoryTarget : IPacsTarget
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _attempts = new(StringComparer.Ordinal);

    public string Name => "memory";

    public bool IsTransactional => true;

    /// <summary>What is visible, by study and object.</summary>
    public Dictionary<string, Dictionary<string, HeldObject>> Visible { get; } = new(StringComparer.Ordinal);

    public int RolledBack { get; private set; }

    public int Open { get; private set; }

    /// <summary>Changes what is shown of an object; null hides it.</summary>
    public Func<HeldObject, HeldObject?> Shows { get; set; } = static held => held;

    public Func<string, Exception?> StoreFault { get; set; } = static _ => null;

    public ValueTask<IStudyUpload> BeginAsync(StudyCollection study, int attempt, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var uid = study.Exam.StudyInstanceUid;
            if (_attempts.GetValueOrDefault(uid) > attempt)
                throw new PacsException("A later attempt has begun.") { Failure = PacsFailure.Fenced };
            _attempts[uid] = attempt;
            Open++;
            return new(new Upload(this, uid));
        }
    }

    public ValueTask<HeldStudy?> InspectAsync(string studyInstanceUid, VerificationLevel level, CancellationToken cancellationToken)
    {
        lock (_gate)
            return new(Visible.TryGetValue(studyInstanceUid, out var held) ? new HeldStudy(studyInstanceUid, [.. held.Values.Select(Shows).OfType<HeldObject>()]) : null);
    }

    private sealed class Upload(MemoryTarget target, string study) : IStudyUpload
    {
        private readonly Dictionary<string, HeldObject> _staged = new(StringComparer.Ordinal);

        public ValueTask<StoredObject> StoreAsync(FetchedObject fetched, CancellationToken cancellationToken)
        {
            lock (target._gate)
            {
                if (target.StoreFault(fetched.Object.Id) is { } fault)
                    throw fault;
                _staged[fetched.Object.Id] = new HeldObject(fetched.Object.Id, fetched.Digest.Bytes, fetched.Digest.Sha256);
                return new(new StoredObject(fetched.Object.Id, fetched.Object.Id, fetched.Digest, WasThere: false));
            }
        }

        public ValueTask CommitAsync(CancellationToken cancellationToken)
        {
            lock (target._gate)
            {
                if (!target.Visible.TryGetValue(study, out var held))
                    target.Visible[study] = held = new Dictionary<string, HeldObject>(StringComparer.Ordinal);
                foreach (var (id, one) in _staged)
                    held[id] = one;
                return ValueTask.CompletedTask;
            }
        }

        public ValueTask RollBackAsync(CancellationToken cancellationToken)
        {
            lock (target._gate)
            {
                _staged.Clear();
                target.RolledBack++;
                return ValueTask.CompletedTask;
            }
        }

        public ValueTask DisposeAsync()
        {
            lock (target._gate)
                target.Open--;
            return ValueTask.CompletedTask;
        }
    }
}
