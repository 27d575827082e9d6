using System.Collections.Concurrent;
using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Verifying;
using MedStreams.Dicom.Web;

namespace MedStreams.Sinks.Pacs;

/// <summary>
/// A PACS that is filled by STOW-RS and looked into by QIDO-RS and WADO-RS (PS3.18 section 10). It has no transactions: each object is visible as it comes. Safe for several
/// threads.
/// </summary>
/// <remarks>
/// Services say success for an object of which they hold other content under the same UID, and keep the old one. So what the target lists of the study is asked first, and what it
/// has already is fetched back and compared.
/// </remarks>
public sealed class StowTarget : IPacsTarget
{
    private readonly ConcurrentDictionary<string, int> _attempts = new(StringComparer.Ordinal);

    /// <summary>A target.</summary>
    /// <param name="name">What it is called in reports; no secret.</param>
    /// <param name="http">Best one of <see cref="DicomWebHttp"/>; not disposed here.</param>
    /// <param name="service">Where it is and how it is spoken to.</param>
    /// <param name="options">How it is filled.</param>
    public StowTarget(string name, HttpClient http, DicomWebOptions service, StowTargetOptions? options = null)
    {
        (Name, Options) = (name, options ?? new StowTargetOptions());
        (Stow, Wado, Listing) = (new StowClient(http, service), new WadoClient(http, service), new QidoPaging(new QidoClient(http, service)));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool IsTransactional => false;

    internal StowTargetOptions Options { get; }

    internal StowClient Stow { get; }

    internal WadoClient Wado { get; }

    private QidoPaging Listing { get; }

    /// <inheritdoc/>
    public async ValueTask<IStudyUpload> BeginAsync(StudyCollection study, int attempt, CancellationToken cancellationToken)
    {
        var uid = study.Exam.StudyInstanceUid;
        var newest = _attempts.AddOrUpdate(uid, attempt, (_, known) => Math.Max(known, attempt));
        if (newest > attempt)
            throw Fenced();
        var held = await ListAsync(uid, cancellationToken);
        return new StowUpload(this, study, attempt, held.ToDictionary(h => h.Id, h => h.Series, StringComparer.Ordinal));
    }

    /// <inheritdoc/>
    public async ValueTask<HeldStudy?> InspectAsync(string studyInstanceUid, VerificationLevel level, CancellationToken cancellationToken)
    {
        try
        {
            if (level is VerificationLevel.None or VerificationLevel.Record)
                return await FindAsync(studyInstanceUid, cancellationToken) is not null ? new HeldStudy(studyInstanceUid, []) : null;
            if (level == VerificationLevel.Digests && await WholeAsync(studyInstanceUid, cancellationToken) is { } whole)
                return new HeldStudy(studyInstanceUid, whole);
            var held = await ListAsync(studyInstanceUid, cancellationToken);
            if (held.Count == 0)
                return null;
            // No service of the standard tells the size of a data set: that is known with the digest only.
            return new HeldStudy(studyInstanceUid, level == VerificationLevel.Digests
                ? await DigestsAsync(studyInstanceUid, held, cancellationToken)
                : [.. held.Select(h => new HeldObject(h.Id, null, null))]);
        }
        catch (DicomWebException e)
        {
            throw e.ToPacs(Name);
        }
    }

    internal bool IsSame(HeldObject held, ObjectDigest digest) =>
        StudyVerification.Compare(digest, held, VerificationLevel.Digests, Options.Equality) is null;

    internal PacsException Fenced() => new($"{Name}: a later attempt has taken this study over.") { Failure = PacsFailure.Fenced };

    internal bool IsFenced(string study, int attempt) => _attempts.GetValueOrDefault(study, attempt) > attempt;

    /// <summary>What the target lists of a study: instances with their series.</summary>
    internal async Task<IReadOnlyList<(string Id, string Series)>> ListAsync(string study, CancellationToken cancellationToken)
    {
        try
        {
            var query = new QidoQuery { Level = QidoLevel.Instances, Study = study, Include = [Tags.SeriesInstanceUid] };
            var page = await Listing.ReadAllAsync(query, 1_000, cancellationToken);
            return page.Alarm is null
                ? [.. page.Items.Select(i => (Uid(i, Tags.SopInstanceUid), Uid(i, Tags.SeriesInstanceUid))).Where(i => i.Item1.Length > 0)]
                : throw new PacsException($"{Name}: the list of a study's instances may be cut. {page.Alarm}") { Failure = PacsFailure.Refused };
        }
        catch (DicomWebException e) when (e.Error == DicomWebError.NotFound)
        {
            return []; // no such study, some services say so
        }
        catch (DicomWebException e)
        {
            throw e.ToPacs(Name);
        }
    }

    /// <summary>How many instances the target counts in a study, in one answer; null where it has no such study, or does not count.</summary>
    internal async Task<long?> CountAsync(string study, CancellationToken cancellationToken)
    {
        try
        {
            return (await FindAsync(study, cancellationToken))?.Integer(Tags.NumberOfStudyRelatedInstances);
        }
        catch (DicomWebException e) when (e.Error == DicomWebError.NotFound)
        {
            return null;
        }
        catch (DicomWebException e)
        {
            throw e.ToPacs(Name);
        }
    }

    /// <summary>What the target gives back for an instance; null where it has none.</summary>
    internal async Task<HeldObject?> FetchAsync(DicomWebPath path, CancellationToken cancellationToken)
    {
        try
        {
            await using var answer = await Wado.RetrieveAsync(path, cancellationToken);
            return await answer.NextAsync(cancellationToken) is { } file ? await DigestAsync(file, cancellationToken) : null;
        }
        catch (DicomWebException e) when (e.Error == DicomWebError.NotFound)
        {
            return null;
        }
        catch (DicomWebException e)
        {
            throw e.ToPacs(Name);
        }
        catch (DicomException e)
        {
            throw new PacsException($"{Name}: what it gives back is no DICOM: {e.Message}", e) { Failure = PacsFailure.Conflict };
        }
    }

    private static async Task<HeldObject> DigestAsync(Stream file, CancellationToken cancellationToken)
    {
        var read = await DicomFile.ReadAsync(file, cancellationToken: cancellationToken);
        return HeldObject.Of(Uid(read.DataSet, Tags.SopInstanceUid), read.ObjectDigest);
    }

    private static string Uid(DicomDataSet dataSet, DicomTag tag) => dataSet.Text(tag)?.Trim(' ', '\0') ?? "";

    private async Task<DicomDataSet?> FindAsync(string study, CancellationToken cancellationToken)
    {
        var query = new QidoQuery { Level = QidoLevel.Studies, Matches = [new(Tags.StudyInstanceUid, study)], Include = [Tags.NumberOfStudyRelatedInstances] };
        return (await Listing.ReadAllAsync(query, 10, cancellationToken)).Items.FirstOrDefault(i => Uid(i, Tags.StudyInstanceUid) == study);
    }

    /// <summary>
    /// A study in one answer, where that brings as many instances as the target counts; else null: then its list says what there should be. The list is one entry for each
    /// instance, and costs services more than the instances themselves.
    /// </summary>
    private async Task<IReadOnlyList<HeldObject>?> WholeAsync(string study, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, HeldObject>(StringComparer.Ordinal);
        try
        {
            await using var answer = await Wado.RetrieveAsync(new DicomWebPath(study), cancellationToken);
            while (await answer.NextAsync(cancellationToken) is { } file)
            {
                var one = await DigestAsync(file, cancellationToken);
                if (!found.TryAdd(one.Id, one))
                    return null;
            }
        }
        catch (DicomException)
        {
            return null; // one of them is broken
        }
        catch (DicomWebException e) when (!e.IsOfService())
        {
            return null;
        }

        return await CountAsync(study, cancellationToken) == found.Count ? [.. found.Values] : null;
    }

    /// <summary>Fetches a study back, series by series; what is listed and does not come has no digest.</summary>
    private async Task<IReadOnlyList<HeldObject>> DigestsAsync(string study, IReadOnlyList<(string Id, string Series)> held, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<string, HeldObject>(StringComparer.Ordinal);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Options.Parallel, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(held.Select(h => h.Series).Distinct(StringComparer.Ordinal), options, async (series, stop) =>
        {
            try
            {
                await using var answer = await Wado.RetrieveAsync(new DicomWebPath(study, series), stop);
                while (await answer.NextAsync(stop) is { } file)
                {
                    var one = await DigestAsync(file, stop);
                    found[one.Id] = one;
                }
            }
            catch (DicomException)
            {
                // One of them is broken: each is asked for alone, and that one has no digest.
            }
            catch (DicomWebException e) when (!e.IsOfService())
            {
                // As above.
            }
        });
        await Parallel.ForEachAsync(held.Where(h => !found.ContainsKey(h.Id)), options, async (one, stop) =>
        {
            try
            {
                found[one.Id] = await FetchAsync(new DicomWebPath(study, one.Series, one.Id), stop) ?? new HeldObject(one.Id, null, null);
            }
            catch (PacsException e) when (e.Failure is PacsFailure.Conflict or PacsFailure.Refused)
            {
                found[one.Id] = new HeldObject(one.Id, null, null);
            }
        });
        return [.. held.Select(h => found[h.Id])];
    }
}
