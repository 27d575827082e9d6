using MedStreams.Dicom.Editing;

namespace MedStreams.Dicom.Tests.Editing;

public sealed class TagRulesTests
{
    private static readonly DateTimeOffset Day = new(2026, 1, 31, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Rules_are_applied_in_their_order_and_see_what_those_before_did()
    {
        var dataSet = new DicomDataSet();
        dataSet.Set(Tags.PatientId, DicomVr.LO, "1");
        Assert.True(Apply(
            dataSet, new PrefixRule(Tags.PatientId, "A"), new CopyRule(Tags.AccessionNumber, Tags.PatientId), new MapRule(Tags.PatientId, new Dictionary<string, string> { ["A1"] = "B" })));
        Assert.Equal("B", dataSet.Text(Tags.PatientId));
        Assert.Equal("A1", dataSet.Text(Tags.AccessionNumber));
        Assert.Equal("1", Old(dataSet, 0).Text(Tags.PatientId));
    }

    [Fact]
    public void What_one_rule_does_and_another_takes_back_is_no_change()
    {
        var dataSet = new DicomDataSet();
        dataSet.Set(Tags.PatientId, DicomVr.LO, "1");
        Assert.False(Apply(dataSet, new PrefixRule(Tags.PatientId, "A"), new SetRule(Tags.PatientId, ["1"])));
        Assert.False(dataSet.Contains(Tags.OriginalAttributesSequence));
    }

    [Fact]
    public void Items_of_earlier_changes_stay()
    {
        var dataSet = new DicomDataSet();
        dataSet.Set(Tags.SpecificCharacterSet, DicomVr.CS, "GB18030");
        dataSet.Set(Tags.PatientName, DicomVr.PN, "Li^Cheng=李^誠");
        Assert.True(Apply(dataSet, new SetRule(Tags.PatientName, ["Li^Na=李^娜"])));
        Assert.True(Apply(dataSet, new SetRule(Tags.PatientName, ["Li^Wei=李^伟"])));
        Assert.Equal("Li^Cheng=李^誠", Old(dataSet, 0).Text(Tags.PatientName));
        Assert.Equal("Li^Na=李^娜", Old(dataSet, 1).Text(Tags.PatientName));
        Assert.Equal("Li^Wei=李^伟", dataSet.Text(Tags.PatientName));
    }

    [Fact]
    public void An_old_number_goes_with_its_issuer_and_a_private_attribute_with_its_creator()
    {
        var dataSet = new DicomDataSet();
        var (creator, attribute) = (new DicomTag(0x0009, 0x0010), new DicomTag(0x0009, 0x1001));
        dataSet.Set(creator, DicomVr.LO, "ACME");
        dataSet.Set(attribute, DicomVr.LO, "x");
        dataSet.Set(Tags.PatientId, DicomVr.LO, "1");
        Assert.True(Apply(dataSet, new RemoveRule(attribute), new PrefixRule(Tags.PatientId, "A")));
        Assert.Equal("ACME", Old(dataSet, 0).Text(creator));
        Assert.Equal("x", Old(dataSet, 0).Text(attribute));
        Assert.True(Old(dataSet, 0).TryGet(Tags.IssuerOfPatientId, out var issuer) && issuer.Value.IsEmpty);
    }

    [Fact]
    public void A_text_that_the_object_cannot_hold_is_refused()
    {
        var dataSet = new DicomDataSet();
        dataSet.Set(Tags.SpecificCharacterSet, DicomVr.CS, "ISO_IR 100");
        dataSet.Set(Tags.PatientName, DicomVr.PN, "Li^Cheng");
        var error = Assert.Throws<TagRuleException>(() => Apply(dataSet, new SetRule(Tags.PatientName, ["李"])));
        Assert.Equal("The new value of (0010,0010) cannot be written in the character set of this object.", error.Message);
    }

    [Theory]
    [InlineData("[]", "The rules are an object with an array \"rules\".")]
    [InlineData("{", "The rules are no JSON, at line 1.")]
    [InlineData("""{"rules":[]}""", "The rules need \"modifiedAt\", the day from which on they are valid, such as 2026-01-31T00:00:00+01:00: it stands in each changed object.")]
    [InlineData("""{"modifiedAt":"2026-01-01","rules":[{"set":"0020,000D","to":"1"}]}""", "No rule may change (0020,000D).")]
    [InlineData("""{"modifiedAt":"2026-01-01","rules":[{"set":"7FE0,0010","to":"1"}]}""", "No rule may change (7FE0,0010).")]
    [InlineData("""{"modifiedAt":"2026-01-01","rules":[{"set":"0028,0010","to":"1"}]}""", "(0028,0010) is not known as an attribute with text: no rule can give it a value.")]
    [InlineData("""{"modifiedAt":"2026-01-01","rules":[{"remove":"0010,0030"},{"delete":"0010,0020"}]}""", "Rule 2 is none of set, copy, prefix, map, remove.")]
    [InlineData("""{"modifiedAt":"2026-01-01","rules":[{"remove":"PatientName"}]}""", "Rule 1 names no tag in \"remove\": one is written 0010,0020.")]
    [InlineData("""{"modifiedAt":"2026-01-01","rules":[{"set":"0010,0021","to":"X","onlyWhereEmtpy":true}]}""", "Rule 1: \"onlyWhereEmtpy\" is not known there.")]
    [InlineData("""{"modifiedAt":"2026-01-01","rules":[{"map":"0010,0020","table":{},"otherwise":"drop"}]}""", "Rule 1 says otherwise than \"keep\" or \"refuse\".")]
    [InlineData("""{"modifiedAt":"2026-01-01","rules":[{"map":"0010,0020","file":"nowhere.csv"}]}""", "Rule 1: the table ./nowhere.csv cannot be read.")]
    public void Rules_that_cannot_be_say_why(string json, string message) =>
        Assert.Equal(message, Assert.Throws<TagRuleException>(() => TagRulesReader.Read(json, ".")).Message);

    private static bool Apply(DicomDataSet dataSet, params TagRule[] rules) => new AttributeEditor(new TagRules(rules) { ModifiedAt = Day }).Apply(dataSet);

    private static DicomDataSet Old(DicomDataSet dataSet, int item) =>
        dataSet.TryGet(Tags.OriginalAttributesSequence, out var sequence) && sequence.Items![item].DataSet.TryGet(new DicomTag(0x0400, 0x0550), out var modified)
            ? modified.Items![0].DataSet
            : throw new InvalidOperationException("no original attributes");
}
