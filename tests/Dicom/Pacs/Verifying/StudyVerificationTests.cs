using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Verifying;

namespace MedStreams.Dicom.Tests.Pacs.Verifying;

/// <summary>When a study is complete, at each level.</summary>
public sealed class StudyVerificationTests
{
    private static readonly ExamRecord Exam = new() { StudyInstanceUid = "1.2" };

    [Theory]
    [InlineData(VerificationLevel.None)]
    [InlineData(VerificationLevel.Record)]
    [InlineData(VerificationLevel.Objects)]
    [InlineData(VerificationLevel.Sizes)]
    [InlineData(VerificationLevel.Digests)]
    public void S3_10_A_study_is_complete_exactly_when_what_is_there_equals_what_is_expected(VerificationLevel level)
    {
        var verdict = StudyVerification.Compare(Expected(3), Stored(3), Held(3), level);
        Assert.Equal(Completeness.Complete, verdict.Completeness);
        Assert.Equal(new StudyAmount(3, 30), verdict.Expected);
        Assert.Equal(verdict.Expected, verdict.Migrated);
        Assert.Empty(verdict.Differences);
        Assert.Equal("", verdict.Reason);
    }

    [Theory]
    [InlineData(VerificationLevel.None)]
    [InlineData(VerificationLevel.Record)]
    [InlineData(VerificationLevel.Objects)]
    [InlineData(VerificationLevel.Digests)]
    public void S3_10_With_less_stored_the_transfer_goes_on(VerificationLevel level)
    {
        var verdict = StudyVerification.Compare(Expected(3), Stored(2), Held(2), level);
        Assert.Equal(Completeness.Incomplete, verdict.Completeness);
        Assert.Equal(2, verdict.Migrated.Objects);
        Assert.Equal([new ObjectDifference("3", DifferenceKind.Missing)], verdict.Differences);
    }

    [Theory]
    [InlineData(VerificationLevel.None, Completeness.Complete)]
    [InlineData(VerificationLevel.Record, Completeness.Complete)]
    [InlineData(VerificationLevel.Objects, Completeness.Incomplete)]
    [InlineData(VerificationLevel.Sizes, Completeness.Incomplete)]
    [InlineData(VerificationLevel.Digests, Completeness.Incomplete)]
    public void An_object_that_the_target_lost_is_missed_from_the_level_of_objects_on(VerificationLevel level, Completeness completeness)
    {
        var verdict = StudyVerification.Compare(Expected(3), Stored(3), Held(2), level);
        Assert.Equal(completeness, verdict.Completeness);
        Assert.Equal(completeness == Completeness.Complete ? 3 : 2, verdict.Migrated.Objects);
    }

    [Theory]
    [InlineData(VerificationLevel.None, Completeness.Complete)]
    [InlineData(VerificationLevel.Record, Completeness.Incomplete)]
    [InlineData(VerificationLevel.Objects, Completeness.Incomplete)]
    public void A_study_that_the_target_does_not_know_is_missed_from_the_level_of_records_on(VerificationLevel level, Completeness completeness) =>
        Assert.Equal(completeness, StudyVerification.Compare(Expected(2), Stored(2), null, level).Completeness);

    [Fact]
    public void S3_10_More_in_the_target_is_an_error()
    {
        var verdict = StudyVerification.Compare(Expected(2), Stored(2), Held(3), VerificationLevel.Objects);
        Assert.Equal(Completeness.Wrong, verdict.Completeness);
        Assert.Equal("1 extra", verdict.Reason);
        Assert.Equal("3", Assert.Single(verdict.Differences).Id);
        Assert.Equal(Completeness.Complete, StudyVerification.Compare(Expected(2), Stored(2), Held(3), VerificationLevel.Objects, new VerificationRules { AllowsExtra = true }).Completeness);
    }

    [Fact]
    public void S3_10_More_stored_than_belongs_to_the_study_is_an_error_told_once()
    {
        var verdict = StudyVerification.Compare(Expected(2), Stored(3), Held(3), VerificationLevel.Digests);
        Assert.Equal(Completeness.Wrong, verdict.Completeness);
        Assert.Equal("3", Assert.Single(verdict.Differences).Id);
    }

    [Theory]
    [InlineData(VerificationLevel.Objects, Completeness.Complete)]
    [InlineData(VerificationLevel.Sizes, Completeness.Wrong)]
    [InlineData(VerificationLevel.Digests, Completeness.Wrong)]
    public void Another_size_is_found_from_the_level_of_sizes_on(VerificationLevel level, Completeness completeness)
    {
        var held = new HeldStudy("1.2", [new HeldObject("1", 11, level == VerificationLevel.Digests ? "other" : null)]);
        Assert.Equal(completeness, StudyVerification.Compare(Expected(1), Stored(1), held, level).Completeness);
    }

    [Theory]
    [InlineData(VerificationLevel.Sizes, Completeness.Complete)]
    [InlineData(VerificationLevel.Digests, Completeness.Wrong)]
    public void S3_10_Other_content_of_the_same_size_is_found_at_the_level_of_digests_only(VerificationLevel level, Completeness completeness)
    {
        var held = new HeldStudy("1.2", [new HeldObject("1", 10, "other")]);
        var verdict = StudyVerification.Compare(Expected(1), Stored(1), held, level);
        Assert.Equal(completeness, verdict.Completeness);
        if (completeness == Completeness.Wrong)
            Assert.Equal(DifferenceKind.Digest, Assert.Single(verdict.Differences).Kind);
    }

    [Fact]
    public void A_target_that_does_not_show_content_cannot_be_verified_by_it()
    {
        var verdict = StudyVerification.Compare(Expected(1), Stored(1), new HeldStudy("1.2", [new HeldObject("1", 10, null)]), VerificationLevel.Digests);
        Assert.Equal(Completeness.Wrong, verdict.Completeness);
        Assert.Equal("1 unverified", verdict.Reason);
    }

    [Fact]
    public void What_was_wrapped_or_renamed_is_looked_for_under_its_name_in_the_target()
    {
        StoredObject[] stored = [new("1", "2.25.7", new ObjectDigest("wrapped", 90), WasThere: false)];
        var held = new HeldStudy("1.2", [new HeldObject("2.25.7", 90, "wrapped")]);
        var verdict = StudyVerification.Compare(Expected(1), stored, held, VerificationLevel.Digests);
        Assert.Equal(Completeness.Complete, verdict.Completeness);
        Assert.Equal(new StudyAmount(1, 90), verdict.Migrated);
    }

    [Fact]
    public void An_object_written_otherwise_is_a_difference_unless_the_rules_compare_what_it_says()
    {
        StoredObject[] stored = [new("1", "1", new ObjectDigest("a", 10) { Content = "same" }, WasThere: false)];
        var held = new HeldStudy("1.2", [new HeldObject("1", 12, "b") { Content = "same" }]);
        var strict = StudyVerification.Compare(Expected(1), stored, held, VerificationLevel.Digests);
        Assert.Equal(Completeness.Wrong, strict.Completeness);
        Assert.Equal(DifferenceKind.Recoded, Assert.Single(strict.Differences).Kind);
        var rules = new VerificationRules { Equality = ObjectEquality.Content };
        Assert.Equal(Completeness.Complete, StudyVerification.Compare(Expected(1), stored, held, VerificationLevel.Digests, rules).Completeness);
        Assert.Equal(Completeness.Complete, StudyVerification.Compare(Expected(1), stored, held, VerificationLevel.Sizes, rules).Completeness);
        var other = new HeldStudy("1.2", [new HeldObject("1", 12, "b") { Content = "other" }]);
        Assert.Equal(Completeness.Wrong, StudyVerification.Compare(Expected(1), stored, other, VerificationLevel.Digests, rules).Completeness);
    }

    private static StudyCollection Expected(int count) =>
        new(Exam, [.. Enumerable.Range(1, count).Select(i => new StudyObject { Id = $"{i}", Kind = StudyObjectKind.Instance })], []);

    private static StoredObject[] Stored(int count) =>
        [.. Enumerable.Range(1, count).Select(i => new StoredObject($"{i}", $"{i}", new ObjectDigest($"digest {i}", 10), WasThere: false))];

    private static HeldStudy Held(int count) =>
        new("1.2", [.. Enumerable.Range(1, count).Select(i => new HeldObject($"{i}", 10, $"digest {i}"))]);
}
