using System.Collections.Immutable;

namespace MedStreams.Sources.Cards;

/// <summary>A card as a source has it.</summary>
/// <param name="Enterprise">The enterprise.</param>
/// <param name="Number">The number, unique within it.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Due">The validity date.</param>
public sealed record CardRow(string Enterprise, string Number, string Operator, DateOnly Due)
{
    /// <summary>What else the source has of it, by declared name.</summary>
    public ImmutableSortedDictionary<string, string> Fields { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The key of the record that it came from, where the source is a topic; null elsewhere.</summary>
    public string? Origin { get; init; }
}

/// <summary>What no card could be made of.</summary>
/// <param name="Place">Where it is: a line, a row, a partition with an offset.</param>
/// <param name="Reason">Why, without anything that stands there.</param>
/// <param name="Content">What stands there.</param>
public sealed record RejectedRow(string Place, string Reason, ReadOnlyMemory<byte> Content)
{
    /// <summary>The card that it is about, where that can be told: it stays as it is.</summary>
    public (string Enterprise, string Number)? Card { get; init; }
}

/// <summary>What a source has read.</summary>
/// <param name="Cards">Cards, no two of an enterprise and number.</param>
public sealed record CardBatch(IReadOnlyList<CardRow> Cards)
{
    /// <summary>Whether these are all cards there are, so that others are gone; else they are changes.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Whether everything that was there has been read with it.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>Of changes: the records of which nothing is left, by <see cref="CardRow.Origin"/>.</summary>
    public IReadOnlyList<string> GoneOrigins { get; init; } = [];

    /// <summary>What no card could be made of.</summary>
    public IReadOnlyList<RejectedRow> Rejected { get; init; } = [];

    /// <summary>Where the source goes on, for <see cref="ICardSource.ReadAsync"/>.</summary>
    public string? Position { get; init; }
}

/// <summary>Where cards come from. Used by one thread at a time.</summary>
public interface ICardSource : IAsyncDisposable
{
    /// <summary>Reads what there is.</summary>
    /// <param name="position">The position of the last batch that was written, also by another process; null: none was.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null where nothing has changed since the position.</returns>
    /// <exception cref="CardSourceException">It cannot be read now, or not at all; nothing is to be changed then.</exception>
    Task<CardBatch?> ReadAsync(string? position, CancellationToken cancellationToken);

    /// <summary>Waits until it is time to read again.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    Task WaitAsync(CancellationToken cancellationToken);
}

/// <summary>How cards are written; the form of the topic is not the sources' business.</summary>
public interface ICardForm
{
    /// <summary>The key of a card's record.</summary>
    string Key(string enterprise, string number);

    /// <summary>The value of a card's record.</summary>
    byte[] Value(CardRow card);

    /// <summary>The key of the record that says that all was told.</summary>
    string MarkerKey(string source);

    /// <summary>Its value.</summary>
    /// <param name="source">The source.</param>
    /// <param name="snapshot">A number that grows.</param>
    /// <param name="partitions">Partitions of the topic; each gets one.</param>
    /// <param name="at">When the source was read.</param>
    byte[] Marker(string source, long snapshot, int partitions, DateTimeOffset at);
}
