using System.Collections.Concurrent;
using System.Threading.Channels;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Dicom.Network.Nodes;

/// <summary>
/// Fetches instances by retrievals: the whole study where all of it is wanted, else lists of instances; what did not come with the others is asked for alone, since one
/// refused instance fails a whole retrieval with many a PACS, and says alone why it does not come. Safe for several threads.
/// </summary>
public abstract class RetrievingFetcher : IObjectFetcher
{
    private const int ListLength = 64; // UIDs of 64 bytes in one key
    private readonly DicomNode _node;
    private readonly Spool _spool;

    private protected RetrievingFetcher(DicomNode node, Spool spool) => (_node, _spool) = (node, spool);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<MissingObject>> FetchAsync(
        ExamRecord study, IReadOnlyList<StudyObject> wanted, Func<FetchedObject, CancellationToken, ValueTask> receive, CancellationToken cancellationToken)
    {
        var reasons = new ConcurrentDictionary<string, MissingObject>(StringComparer.Ordinal);
        foreach (var one in wanted.Where(o => o.Kind != StudyObjectKind.Instance))
            reasons[one.Id] = new MissingObject(one, "A DICOM node gives instances only.", MayComeLater: false);
        var instances = wanted.Where(o => o.Kind == StudyObjectKind.Instance).ToList();
        if (instances.Count == 0)
            return [.. reasons.Values];

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var arrivals = Channel.CreateUnbounded<FetchedObject>(new UnboundedChannelOptions { SingleWriter = false });
        var intake = new Intake(instances, _spool, arrivals.Writer);
        var handing = HandOnAsync(arrivals.Reader, receive, stop);
        try
        {
            await RetrieveAllAsync(study, instances, intake, reasons, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            arrivals.Writer.TryComplete();
            await handing; // the one who receives has failed: that is the reason
            throw;
        }
        finally
        {
            arrivals.Writer.TryComplete();
            await handing;
        }

        return [.. reasons.Values];
    }

    /// <summary>Asks the node for instances, which reach the intake before this returns.</summary>
    private protected abstract Task<RetrieveOutcome> RetrieveAsync(
        DicomNode node, RetrieveRequest request, IReadOnlyList<StudyObject> wanted, Intake intake, CancellationToken cancellationToken);

    private async Task RetrieveAllAsync(
        ExamRecord study, List<StudyObject> instances, Intake intake, ConcurrentDictionary<string, MissingObject> reasons, CancellationToken stop)
    {
        if (instances.Count > 1)
        {
            foreach (var (request, wanted) in Together(study, instances))
                await RetrieveAsync(_node, request, wanted, intake, stop);
        }

        foreach (var one in intake.Open())
        {
            if (one.SeriesInstanceUid.Length == 0)
            {
                reasons[one.Id] = new MissingObject(one, "It did not come with its study, and its series is not known.", MayComeLater: false);
                continue;
            }

            var request = new RetrieveRequest(study.StudyInstanceUid) { SeriesInstanceUid = one.SeriesInstanceUid, SopInstanceUids = [one.Id] };
            var outcome = await RetrieveAsync(_node, request, [one], intake, stop);
            if (intake.IsOpen(one.Id))
                reasons[one.Id] = Reason(one, outcome, intake.Fault(one.Id));
        }
    }

    private static IEnumerable<(RetrieveRequest Request, IReadOnlyList<StudyObject> Wanted)> Together(ExamRecord study, List<StudyObject> instances)
    {
        if (instances.Count >= study.Instances || instances.Any(o => o.SeriesInstanceUid.Length == 0))
            return [(new RetrieveRequest(study.StudyInstanceUid), instances)];
        return instances.GroupBy(o => o.SeriesInstanceUid, StringComparer.Ordinal).SelectMany(series => series.Chunk(ListLength).Select(chunk =>
            (new RetrieveRequest(study.StudyInstanceUid) { SeriesInstanceUid = series.Key, SopInstanceUids = [.. chunk.Select(o => o.Id)] }, (IReadOnlyList<StudyObject>)chunk)));
    }

    private static MissingObject Reason(StudyObject one, RetrieveOutcome outcome, string? fault) => fault is not null
        ? new MissingObject(one, fault, MayComeLater: false)
        : outcome.Status.Kind == DimseStatusKind.Failure
            ? new MissingObject(one, $"The PACS answered {outcome.Status}.", outcome.Status.IsTransient)
            : outcome.Counts.Failed > 0
                ? new MissingObject(one, $"The PACS could not send it ({outcome.Status}).", MayComeLater: true)
                : new MissingObject(one, $"The PACS answered {outcome.Status} and did not send it.", MayComeLater: false);

    private static async Task HandOnAsync(ChannelReader<FetchedObject> arrivals, Func<FetchedObject, CancellationToken, ValueTask> receive, CancellationTokenSource stop)
    {
        try
        {
            await foreach (var arrived in arrivals.ReadAllAsync(CancellationToken.None))
            {
                await using (arrived)
                    await receive(arrived, stop.Token);
            }
        }
        catch
        {
            await stop.CancelAsync();
            await foreach (var late in arrivals.ReadAllAsync(CancellationToken.None))
                await late.DisposeAsync();
            throw;
        }
    }
}
