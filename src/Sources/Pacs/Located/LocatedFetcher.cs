using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Sources.Pacs.Located;

/// <summary>
/// Fetches objects by their address, several of a study at a time, each through the spool: whole, of the length that was expected, of the study that it is to
/// be of, and unchanged while it was read; else it is told as missing, with the reason. Safe for several threads.
/// </summary>
/// <param name="store">Where they lie.</param>
/// <param name="spool">Where they rest.</param>
/// <param name="options">How they are fetched.</param>
/// <param name="time">The clock.</param>
public sealed class LocatedFetcher(IObjectStore store, Spool spool, LocatedFetcherOptions options, TimeProvider time) : IObjectFetcher
{
    private readonly LocatedFetcherOptions _options = options.IsValid ? options : throw new ArgumentException("A value is out of its range.", nameof(options));

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<MissingObject>> FetchAsync(
        ExamRecord study, IReadOnlyList<StudyObject> wanted, Func<FetchedObject, CancellationToken, ValueTask> receive, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var missing = new MissingObject?[wanted.Count];
        Exception? failure = null;
        try
        {
            var limits = new ParallelOptions { MaxDegreeOfParallelism = _options.Parallel, CancellationToken = ending.Token };
            await Parallel.ForAsync(0, wanted.Count, limits, async (i, token) =>
            {
                try
                {
                    missing[i] = await FetchOneAsync(study, wanted[i], receive, token);
                }
                catch (Exception e) when (e is not OperationCanceledException || !token.IsCancellationRequested)
                {
                    Interlocked.CompareExchange(ref failure, e, null);
                    await ending.CancelAsync();
                }
            });
        }
        catch (OperationCanceledException) when (failure is not null)
        {
            throw Told(failure);
        }

        return failure is null ? [.. missing.OfType<MissingObject>()] : throw Told(failure);
    }

    private async Task<MissingObject?> FetchOneAsync(
        ExamRecord study, StudyObject wanted, Func<FetchedObject, CancellationToken, ValueTask> receive, CancellationToken cancellationToken)
    {
        if (wanted.Location is not { } location)
            return new MissingObject(wanted, "It has no address.", MayComeLater: false);
        try
        {
            await using var fetched = await ReceiveAsync(study, wanted, location, cancellationToken);
            await receive(fetched, cancellationToken);
            return null;
        }
        catch (ObjectStoreException e) when (e.Failure != ObjectStoreFailure.Unavailable)
        {
            return new MissingObject(wanted, e.Message, e.Failure is ObjectStoreFailure.Changed or ObjectStoreFailure.Interrupted);
        }
        catch (DicomException e)
        {
            return new MissingObject(wanted, e.Message, e.Fault.Error == DicomError.Truncated);
        }
    }

    private async Task<FetchedObject> ReceiveAsync(ExamRecord study, StudyObject wanted, string location, CancellationToken cancellationToken)
    {
        await using var input = new ResumingStream(store, location, _options, time);
        await input.OpenAsync(cancellationToken);
        Expect(wanted, input.Total);
        if (wanted.Kind == StudyObjectKind.Document)
            return await CheckedAsync(wanted, await SpooledDocument.ReceiveAsync(wanted, input, spool, cancellationToken), input, cancellationToken);
        var instance = await SpooledInstance.ReceiveFileAsync(input, spool, cancellationToken);
        try
        {
            if (instance.Identity.StudyInstanceUid != study.StudyInstanceUid && !_options.TakesOtherStudies)
                throw new ObjectStoreException(ObjectStoreFailure.Refused, $"It says that it is of another study: {Tags.StudyInstanceUid}.");
            return await CheckedAsync(wanted, instance.As(wanted), input, cancellationToken);
        }
        catch
        {
            await instance.DisposeAsync();
            throw;
        }
    }

    private static async Task<FetchedObject> CheckedAsync(StudyObject wanted, FetchedObject fetched, ResumingStream input, CancellationToken cancellationToken)
    {
        try
        {
            Expect(wanted, input.Position);
            return await input.IsUnchangedAsync(cancellationToken)
                ? fetched
                : throw new ObjectStoreException(ObjectStoreFailure.Changed, "The object was changed while it was read.");
        }
        catch
        {
            await fetched.DisposeAsync();
            throw;
        }
    }

    private static void Expect(StudyObject wanted, long? bytes)
    {
        if (wanted.Bytes is { } expected && bytes is { } actual && actual != expected)
            throw new ObjectStoreException(ObjectStoreFailure.Changed, $"It has {actual} bytes, and {expected} were expected: it was changed since, or is still being written.");
    }

    private Exception Told(Exception failure) => failure is ObjectStoreException
        ? new PacsException($"{store.Name}: {failure.Message}", failure) { Failure = PacsFailure.Unavailable }
        : failure is PacsException or IOException ? failure : new PacsException($"{store.Name} did not answer in order.", failure);
}
