using MedStreams.Dicom.Pacs;

namespace MedStreams.Sources.Pacs.Located;

/// <summary>Hands each object to the fetcher of its address's scheme, and those without an address to one that asks by identifier. Safe for several threads.</summary>
/// <param name="byScheme">The fetchers by scheme, such as <c>file</c>, <c>ftp</c>, <c>s3</c>.</param>
/// <param name="byIdentifier">Fetches what has no address; null: nothing does.</param>
public sealed class SchemeFetcher(IReadOnlyDictionary<string, IObjectFetcher> byScheme, IObjectFetcher? byIdentifier) : IObjectFetcher
{
    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<MissingObject>> FetchAsync(
        ExamRecord study, IReadOnlyList<StudyObject> wanted, Func<FetchedObject, CancellationToken, ValueTask> receive, CancellationToken cancellationToken)
    {
        var missing = new List<MissingObject>();
        foreach (var group in wanted.GroupBy(o => FetcherOf(o.Location)))
        {
            if (group.Key is { } fetcher)
                missing.AddRange(await fetcher.FetchAsync(study, [.. group], receive, cancellationToken));
            else
                missing.AddRange(group.Select(o => new MissingObject(o, "No fetcher is set for addresses of its kind.", MayComeLater: false)));
        }

        return missing;
    }

    private IObjectFetcher? FetcherOf(string? location)
    {
        if (location is null)
            return byIdentifier;
        var colon = location.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : byScheme.GetValueOrDefault(location[..colon].ToLowerInvariant());
    }
}
