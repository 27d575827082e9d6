using System.Collections.Concurrent;
using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Web;

namespace MedStreams.Sources.Pacs;

/// <summary>
/// Fetches instances by WADO-RS (PS3.18 section 10.4), in the transfer syntax in which they are stored. Where all of a study is wanted, each of its series comes in one answer;
/// what did not come with it is asked for alone, so that one broken instance spoils no other. Of a study of which a part is wanted each instance is asked for alone: a whole series would
/// come anew for each part. Safe for several threads.
/// </summary>
/// <param name="name">What the PACS is called in reports; no secret.</param>
/// <param name="client">Asks.</param>
/// <param name="spool">Where instances rest.</param>
/// <param name="parallel">How many requests of one study are under way at once; 1 to 64.</param>
public sealed class WadoFetcher(string name, WadoClient client, Spool spool, int parallel = 4) : IObjectFetcher
{
    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<MissingObject>> FetchAsync(
        ExamRecord study, IReadOnlyList<StudyObject> wanted, Func<FetchedObject, CancellationToken, ValueTask> receive, CancellationToken cancellationToken)
    {
        var missing = new ConcurrentDictionary<string, MissingObject>(StringComparer.Ordinal);
        var open = new ConcurrentDictionary<string, StudyObject>(StringComparer.Ordinal);
        foreach (var one in wanted)
        {
            if (one.Kind != StudyObjectKind.Instance)
                missing[one.Id] = new MissingObject(one, "WADO-RS brings instances only.", MayComeLater: false);
            else
                open[one.Id] = one;
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken };
        var series = (open.Count >= study.Instances ? open.Values : []).Where(o => o.SeriesInstanceUid.Length > 0).GroupBy(o => o.SeriesInstanceUid, StringComparer.Ordinal).Where(g => g.Skip(1).Any());
        await Parallel.ForEachAsync(series, options, (group, stop) => FetchSeriesAsync(study, group.Key, open, receive, stop));
        await Parallel.ForEachAsync(open.Values.ToList(), options, async (one, stop) =>
        {
            if (await FetchOneAsync(study, one, receive, stop) is { } reason)
                missing[one.Id] = reason;
        });
        return [.. wanted.Select(o => missing.GetValueOrDefault(o.Id)).OfType<MissingObject>()];
    }

    /// <summary>Hands on what comes of a series and is wanted; it is then not open any more.</summary>
    private async ValueTask FetchSeriesAsync(
        ExamRecord study, string series, ConcurrentDictionary<string, StudyObject> open, Func<FetchedObject, CancellationToken, ValueTask> receive, CancellationToken stop)
    {
        var answer = await TryAsync<WadoAnswer>(async () => await client.RetrieveAsync(new DicomWebPath(study.StudyInstanceUid, series), stop));
        if (answer is null)
            return;
        await using (answer)
        {
            while (await TryAsync(() => NextAsync(answer, stop)) is { } instance)
            {
                await using (instance)
                {
                    if (open.TryRemove(instance.Identity.SopInstanceUid, out var wanted))
                        await receive(instance.As(wanted), stop);
                }
            }
        }
    }

    private async ValueTask<MissingObject?> FetchOneAsync(
        ExamRecord study, StudyObject one, Func<FetchedObject, CancellationToken, ValueTask> receive, CancellationToken stop)
    {
        WadoAnswer? answer = null;
        try
        {
            SpooledInstance? instance;
            try
            {
                if (one.SeriesInstanceUid.Length == 0)
                    return new MissingObject(one, "WADO-RS asks within a series, and the series is not known.", MayComeLater: false);
                answer = await client.RetrieveAsync(new DicomWebPath(study.StudyInstanceUid, one.SeriesInstanceUid, one.Id), stop);
                instance = await NextAsync(answer, stop);
            }
            catch (DicomWebException e) when (!e.IsOfService())
            {
                return new MissingObject(one, e.Message, e.MayBeRepeated);
            }
            catch (DicomWebException e)
            {
                throw e.ToPacs(name);
            }
            catch (DicomException e)
            {
                return new MissingObject(one, e.Message, MayComeLater: false);
            }

            return instance is null
                ? new MissingObject(one, "The source answers without an instance.", MayComeLater: false)
                : await HandOnAsync(one, instance, receive, stop);
        }
        finally
        {
            if (answer is not null)
                await answer.DisposeAsync();
        }
    }

    private static async ValueTask<MissingObject?> HandOnAsync(
        StudyObject one, SpooledInstance instance, Func<FetchedObject, CancellationToken, ValueTask> receive, CancellationToken stop)
    {
        await using (instance)
        {
            if (instance.Identity.SopInstanceUid != one.Id)
                return new MissingObject(one, "The source gives another instance than was asked for.", MayComeLater: false);
            await receive(instance.As(one), stop);
            return null;
        }
    }

    private async Task<SpooledInstance?> NextAsync(WadoAnswer answer, CancellationToken stop) =>
        await answer.NextAsync(stop) is { } file ? await SpooledInstance.ReceiveFileAsync(file, spool, stop) : null;

    /// <summary>What a whole series brings, or null where that broke: then each instance is asked for alone, and says why it does not come.</summary>
    private async Task<T?> TryAsync<T>(Func<Task<T?>> step)
        where T : class
    {
        try
        {
            return await step();
        }
        catch (DicomWebException e) when (e.IsOfService())
        {
            throw e.ToPacs(name);
        }
        catch (DicomWebException)
        {
            return null;
        }
        catch (DicomException)
        {
            return null;
        }
    }
}
