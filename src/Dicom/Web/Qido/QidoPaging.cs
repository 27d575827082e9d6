namespace MedStreams.Dicom.Web;

/// <summary>
/// Pages of a search, from services that keep to the standard and from those that do not: that answer fewer than was asked for (with a Warning 299 or without), that
/// ignore <c>limit</c> or <c>offset</c>. What may have been kept back is told. Safe for concurrent use.
/// </summary>
/// <remarks>
/// A page that is shorter than asked for is the last one only if it is shorter than the largest that this service ever gave: otherwise that may be its own limit,
/// and one more request finds out.
/// </remarks>
/// <param name="client">Asks.</param>
public sealed class QidoPaging(QidoClient client)
{
    /// <summary>How far a growing limit goes where offsets are ignored.</summary>
    private const int LargestLimit = 1_000_000;

    private int _largest;

    /// <summary>The page at a place.</summary>
    /// <param name="query">What is searched for.</param>
    /// <param name="at">Where; the default is the beginning.</param>
    /// <param name="limit">How many are wanted; a service that ignores it gives more.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DicomWebException">The service did not answer, or not in order.</exception>
    public async Task<QidoPage> ReadAsync(QidoQuery query, QidoPlace at, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        var answer = await client.AskAsync(query, at.Offset, limit, cancellationToken);
        var count = answer.Items.Count;
        if (count == 0)
            return new QidoPage([], null, answer.Warning is null ? null : "The service warns of results that it does not give.");
        var first = answer.Items[0].Text(query.Key) ?? "";
        if (at.First is { } before && before == first)
            return await ReadWithoutOffsetAsync(query, at.Offset, answer, limit, cancellationToken);
        var isLargest = Learn(count) <= count;
        if (count > limit) // it ignores the limit, and so has given all from here on
            return Slice(query, answer, 0, at.Offset, limit, answer.Warning is null ? null : "The service ignores the limit of a page, and warns of results that it does not give.");
        var isLast = count < limit && answer.Warning is null && !isLargest;
        return new QidoPage(answer.Items, isLast ? null : new QidoPlace(at.Offset + count, first), null);
    }

    /// <summary>All that a search finds, each once.</summary>
    /// <param name="query">What is searched for.</param>
    /// <param name="limit">How many are asked for at once.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DicomWebException">The service did not answer, or not in order.</exception>
    public async Task<QidoPage> ReadAllAsync(QidoQuery query, int limit, CancellationToken cancellationToken = default)
    {
        var all = new List<DicomDataSet>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string? alarm = null;
        for (QidoPlace? at = default(QidoPlace); at is { } place;)
        {
            var page = await ReadAsync(query, place, limit, cancellationToken);
            all.AddRange(page.Items.Where(item => seen.Add(item.Text(query.Key) ?? "")));
            (at, alarm) = (page.Next, alarm ?? page.Alarm);
        }

        return new QidoPage(all, null, alarm);
    }

    /// <summary>The service gave the same again: it ignores offsets. Then a larger limit may bring what is missing.</summary>
    private async Task<QidoPage> ReadWithoutOffsetAsync(QidoQuery query, long known, QidoAnswer answer, int limit, CancellationToken cancellationToken)
    {
        if (answer.Items.Count < limit && answer.Warning is null)
            return new QidoPage([], null, null); // it had room for more, and has none
        for (var size = limit; size < LargestLimit && answer.Items.Count == size;)
        {
            size = (int)Math.Min(LargestLimit, 8L * size);
            answer = await client.AskAsync(query, 0, size, cancellationToken);
        }

        return answer.Warning is not null || answer.Items.Count <= known
            ? Slice(query, answer, known, 0, limit, "The service ignores the offset of a page and gives no more than one: results may be missing. Ask for shorter windows.")
            : Slice(query, answer, known, 0, limit, null);
    }

    /// <summary>A page out of a longer answer, which begins at some offset.</summary>
    private static QidoPage Slice(QidoQuery query, QidoAnswer answer, long from, long offset, int limit, string? alarm)
    {
        var items = answer.Items.Skip((int)Math.Min(from, int.MaxValue)).Take(limit).ToList();
        return from + limit >= answer.Items.Count
            ? new QidoPage(items, null, alarm)
            : new QidoPage(items, new QidoPlace(offset + from + limit, answer.Items[0].Text(query.Key) ?? ""), alarm);
    }

    /// <summary>The largest number that the service gave before.</summary>
    private int Learn(int count)
    {
        while (true)
        {
            var largest = Volatile.Read(ref _largest);
            if (count <= largest || Interlocked.CompareExchange(ref _largest, count, largest) == largest)
                return largest;
        }
    }
}

/// <summary>A place in the results of a search.</summary>
/// <param name="Offset">How many are in front of it.</param>
/// <param name="First">What the page before it began with: to notice a service that gives the same again; null at the beginning.</param>
public readonly record struct QidoPlace(long Offset, string? First);

/// <summary>A page of results.</summary>
/// <param name="Items">They.</param>
/// <param name="Next">Where the next one is; null: this was the last.</param>
/// <param name="Alarm">Why the service may have kept results back; null: nothing looks so.</param>
public sealed record QidoPage(IReadOnlyList<DicomDataSet> Items, QidoPlace? Next, string? Alarm);
