namespace MedStreams.Dicom.Editing;

/// <summary>
/// A change of one attribute of the data set itself, not of what is in its sequences. A rule makes its text of the values as they are when it is its turn, after those before it.
/// Pure; safe for concurrent use.
/// </summary>
/// <param name="Tag">The attribute that is changed.</param>
public abstract record TagRule(DicomTag Tag)
{
    /// <summary>The values that it gives the attribute; null: the attribute goes; the same list: nothing changes.</summary>
    /// <param name="current">The attribute's values, without padding; empty where it has none.</param>
    /// <param name="other">The values of any other attribute.</param>
    /// <exception cref="TagRuleException">The rule has no answer for these values.</exception>
    internal abstract IReadOnlyList<string>? Apply(IReadOnlyList<string> current, Func<DicomTag, IReadOnlyList<string>> other);

    internal static bool IsEmpty(IReadOnlyList<string> values) => values.All(v => v.Length == 0);
}

/// <summary>Gives an attribute a fixed value.</summary>
/// <param name="Tag">The attribute.</param>
/// <param name="Values">Its values.</param>
/// <param name="OnlyWhereEmpty">Whether values that are there stay.</param>
public sealed record SetRule(DicomTag Tag, IReadOnlyList<string> Values, bool OnlyWhereEmpty = false) : TagRule(Tag)
{
    internal override IReadOnlyList<string> Apply(IReadOnlyList<string> current, Func<DicomTag, IReadOnlyList<string>> other) =>
        OnlyWhereEmpty && !IsEmpty(current) ? current : Values;
}

/// <summary>Gives an attribute the values of another one.</summary>
/// <param name="Tag">The attribute that is changed.</param>
/// <param name="From">The one that is copied; where it has no value, nothing changes.</param>
/// <param name="OnlyWhereEmpty">Whether values that are there stay.</param>
public sealed record CopyRule(DicomTag Tag, DicomTag From, bool OnlyWhereEmpty = false) : TagRule(Tag)
{
    internal override IReadOnlyList<string> Apply(IReadOnlyList<string> current, Func<DicomTag, IReadOnlyList<string>> other) =>
        (OnlyWhereEmpty && !IsEmpty(current)) || IsEmpty(other(From)) ? current : other(From);
}

/// <summary>Puts a text in front of each value that is not empty.</summary>
/// <param name="Tag">The attribute.</param>
/// <param name="Text">The text.</param>
public sealed record PrefixRule(DicomTag Tag, string Text) : TagRule(Tag)
{
    internal override IReadOnlyList<string> Apply(IReadOnlyList<string> current, Func<DicomTag, IReadOnlyList<string>> other) =>
        IsEmpty(current) ? current : [.. current.Select(v => v.Length == 0 ? v : Text + v)];
}

/// <summary>Gives each value that is not empty the one that a table has for it.</summary>
/// <param name="Tag">The attribute.</param>
/// <param name="Table">New values by old ones, exactly.</param>
/// <param name="KeepsOthers">Whether a value that is not in the table stays; else the object is refused, since it would keep its old identity in the new archive.</param>
public sealed record MapRule(DicomTag Tag, IReadOnlyDictionary<string, string> Table, bool KeepsOthers = false) : TagRule(Tag)
{
    internal override IReadOnlyList<string> Apply(IReadOnlyList<string> current, Func<DicomTag, IReadOnlyList<string>> other) =>
        IsEmpty(current) ? current : [.. current.Select(v => v.Length == 0 ? v : Map(v))];

    private string Map(string value) =>
        Table.TryGetValue(value, out var mapped) ? mapped
        : KeepsOthers ? value
        : throw new TagRuleException($"The table for {Tag} has no entry for the value of this object.");
}

/// <summary>Takes an attribute out.</summary>
/// <param name="Tag">The attribute.</param>
public sealed record RemoveRule(DicomTag Tag) : TagRule(Tag)
{
    internal override IReadOnlyList<string>? Apply(IReadOnlyList<string> current, Func<DicomTag, IReadOnlyList<string>> other) => null;
}
