using MedStreams.Dicom.Text;

namespace MedStreams.Dicom.Editing;

/// <summary>Applies rules to a data set in memory. Pure but for the data set; safe for concurrent use with several of them.</summary>
/// <param name="rules">What is changed.</param>
public sealed class AttributeEditor(TagRules rules)
{
    /// <summary>Changes a data set, and keeps what was there in a further item of Original Attributes Sequence.</summary>
    /// <returns>Whether anything changed: if not, the data set is as it was.</returns>
    /// <exception cref="TagRuleException">A rule has no answer, or the character set of the data set cannot write it; the data set is then of no use.</exception>
    public bool Apply(DicomDataSet dataSet)
    {
        var originals = new SortedDictionary<DicomTag, DicomElement>();
        foreach (var rule in rules.Rules)
            Apply(rule, dataSet, originals);
        foreach (var (tag, original) in originals.ToList())
        {
            if (IsAsBefore(dataSet, tag, original))
                originals.Remove(tag); // one rule took back what another had done
        }

        if (originals.Count == 0)
            return false;
        Keep(dataSet, originals);
        return true;
    }

    private static void Apply(TagRule rule, DicomDataSet dataSet, SortedDictionary<DicomTag, DicomElement> originals)
    {
        dataSet.TryGet(rule.Tag, out var element);
        var current = dataSet.Texts(rule.Tag);
        var values = rule.Apply(current, tag => dataSet.Texts(tag));
        if (values is null)
        {
            if (dataSet.Remove(rule.Tag))
                originals.TryAdd(rule.Tag, element!);
            return;
        }

        if (ReferenceEquals(values, current) || values.SequenceEqual(current, StringComparer.Ordinal))
            return;
        var vr = element is { Vr.IsText: true } ? element.Vr : Dictionary.VrOf(rule.Tag);
        originals.TryAdd(rule.Tag, element ?? DicomElement.Of(rule.Tag, vr, default));
        try
        {
            dataSet.Set(rule.Tag, vr, [.. values]);
        }
        catch (ArgumentException e)
        {
            throw new TagRuleException($"The new value of {rule.Tag} cannot be written in the character set of this object.", e);
        }
    }

    private static bool IsAsBefore(DicomDataSet dataSet, DicomTag tag, DicomElement original) =>
        dataSet.TryGet(tag, out var now) ? now.Items is null && original.Items is null && now.Value.Span.SequenceEqual(original.Value.Span) && now.Vr == original.Vr
            : false;

    /// <summary>One more item; those that are there, of changes before, stay.</summary>
    private void Keep(DicomDataSet dataSet, SortedDictionary<DicomTag, DicomElement> originals)
    {
        AddContext(dataSet, originals);
        var attributes = new DicomDataSet(dataSet, dataSet.IsBigEndian);
        foreach (var original in originals.Values)
            attributes.Append(original);
        var item = new DicomDataSet(dataSet, dataSet.IsBigEndian);
        item.Append(DicomElement.Sequence(EditedTags.ModifiedAttributesSequence, [new DicomItem(attributes)]));
        Append(item, EditedTags.AttributeModificationDateTime, DicomVr.DT, rules.ModifiedAtText);
        Append(item, EditedTags.ModifyingSystem, DicomVr.LO, rules.ModifyingSystem);
        Append(item, EditedTags.SourceOfPreviousValues, DicomVr.LO, rules.Source);
        Append(item, EditedTags.ReasonForTheAttributeModification, DicomVr.CS, rules.Reason);
        dataSet.TryGet(Tags.OriginalAttributesSequence, out var before);
        dataSet.Set(DicomElement.Sequence(Tags.OriginalAttributesSequence, [.. before?.Items ?? [], new DicomItem(item)], before?.HasUndefinedLength ?? false));
    }

    /// <summary>An old patient's number goes with its issuer, even where that is none; a private attribute with its creator (table C.12.1.1.9-1).</summary>
    private static void AddContext(DicomDataSet dataSet, SortedDictionary<DicomTag, DicomElement> originals)
    {
        if (originals.ContainsKey(Tags.PatientId) && !originals.ContainsKey(Tags.IssuerOfPatientId))
        {
            originals[Tags.IssuerOfPatientId] = dataSet.TryGet(Tags.IssuerOfPatientId, out var issuer)
                ? issuer
                : DicomElement.Of(Tags.IssuerOfPatientId, DicomVr.LO, default);
        }

        foreach (var tag in originals.Keys.Where(t => t.IsPrivate && t.Element > 0xFF).ToList())
        {
            var creator = new DicomTag(tag.Group, (ushort)(tag.Element >> 8));
            if (dataSet.TryGet(creator, out var element))
                originals.TryAdd(creator, element);
        }
    }

    private static void Append(DicomDataSet item, DicomTag tag, DicomVr vr, string text) =>
        item.Append(DicomElement.Of(tag, vr, text.Length == 0 ? default(ReadOnlyMemory<byte>) : SpecificCharacterSet.Ascii.Bytes([text], vr)));
}
