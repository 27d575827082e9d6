using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>An enterprise's card (a number) as its source tells it, in the topic of cards under its <see cref="Key"/>. Without a value there, the card is gone.</summary>
/// <param name="Enterprise">The enterprise that it belongs to; not empty. Cards of one enterprise are a group.</param>
/// <param name="Number">Its number, unique within the enterprise; not empty.</param>
/// <param name="Operator">The operator whose API it is kept in step with, by the name that the settings give it.</param>
/// <param name="Due">Its validity date: from this day on it has to be synchronised, once for each such date.</param>
public sealed record Card(string Enterprise, string Number, string Operator, DateOnly Due)
{
    /// <summary>What else the source tells of it, by name: what an operator's request may be made of.</summary>
    public ImmutableSortedDictionary<string, string> Fields { get; init => field = value.WithComparers(StringComparer.Ordinal); } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Its key.</summary>
    [JsonIgnore]
    public CardKey Key => new(Enterprise, Number);

    /// <summary>The digest of all that it says: SHA-256 as 64 lower-case hexadecimal digits. Cards with equal digests are equal. Worked out with each call.</summary>
    [JsonIgnore]
    public string Digest => CardDigest.Of(this);

    /// <inheritdoc/>
    public bool Equals(Card? other) =>
        other is not null && Enterprise == other.Enterprise && Number == other.Number && Operator == other.Operator && Due == other.Due
        && Fields.SequenceEqual(other.Fields);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Enterprise, Number, Operator, Due, Fields.Count);
}
