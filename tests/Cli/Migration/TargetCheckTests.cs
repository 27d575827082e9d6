using MedStreams.Cli.Running.Migration;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Verifying;

namespace MedStreams.Cli.Tests.Migration;

public sealed class TargetCheckTests : IDisposable
{
    private static readonly ExamRecord Exam = new() { StudyInstanceUid = "1.2.3" };
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-check-").FullName;
    private readonly MemorySource _source;
    private readonly MemoryTarget _target = new();
    private KeptStudy? _kept;

    public TargetCheckTests()
    {
        _source = new MemorySource(new Spool(_folder));
        _source.Studies["1.2.3"] = ["a", "b"];
        _target.Visible["1.2.3"] = new(StringComparer.Ordinal) { ["a"] = Held("a"), ["b"] = Held("b") };
        _kept = Kept("a", "b");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(VerificationLevel.Record)]
    [InlineData(VerificationLevel.Objects)]
    [InlineData(VerificationLevel.Sizes)]
    [InlineData(VerificationLevel.Digests)]
    public async Task S3_12_What_an_earlier_run_has_stored_and_the_target_still_holds_is_not_fetched_again(VerificationLevel level)
    {
        Assert.True(await HoldsAsync(level));
        Assert.Empty(_source.Fetched);
    }

    [Fact]
    public async Task S3_3_A_study_that_has_grown_in_the_source_since_is_pending()
    {
        _source.Studies["1.2.3"] = ["a", "b", "c"];
        Assert.False(await HoldsAsync(VerificationLevel.Digests));
    }

    [Fact]
    public async Task S3_3_A_study_of_which_the_target_has_lost_or_changed_something_is_pending()
    {
        _target.Shows = held => held.Id == "b" ? null : held;
        Assert.False(await HoldsAsync(VerificationLevel.Objects));
        _target.Shows = held => held.Id == "b" ? held with { Sha256 = new string('f', 64) } : held;
        Assert.False(await HoldsAsync(VerificationLevel.Digests));
    }

    [Theory]
    [InlineData(VerificationLevel.Record, true)]
    [InlineData(VerificationLevel.Objects, true)]
    [InlineData(VerificationLevel.Sizes, false)]
    [InlineData(VerificationLevel.Digests, false)]
    public async Task S3_3_What_no_run_has_stored_is_known_as_closely_as_without_fetching_it(VerificationLevel level, bool holds)
    {
        _kept = null;
        Assert.Equal(holds, await HoldsAsync(level));
    }

    private async Task<bool> HoldsAsync(VerificationLevel level) =>
        await new TargetCheck(_source, _target, (_, _) => new(_kept), level, VerificationRules.Strict).HoldsAsync(Exam, TestContext.Current.CancellationToken);

    private static HeldObject Held(string id) => new(id, MemorySource.Digest(id).Bytes, MemorySource.Digest(id).Sha256);

    private static KeptStudy Kept(params string[] ids)
    {
        var objects = ids.Select(id => new StudyObject { Id = id, Kind = StudyObjectKind.Instance }).ToList();
        return new KeptStudy(
            new StudyCollection(Exam, objects, []),
            [.. objects.Select(o => new KeptObject(o, 0, MemorySource.Digest(o.Id), new StoredObject(o.Id, o.Id, MemorySource.Digest(o.Id), WasThere: false)))]);
    }
}
