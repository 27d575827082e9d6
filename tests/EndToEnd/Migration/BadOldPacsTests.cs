using System.Text.Json;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Nodes;
using MedStreams.Support.Peers;
using MedStreams.Support.Volume;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>
/// Whole migrations from old PACS with the habits of old PACS: dcmqrscp, which pads identifiers, counts nothing and refuses what it was not told to take, and an Orthanc that cuts
/// its answers.
/// </summary>
public sealed class BadOldPacsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S3_2_S3_6_S3_7_S3_11_a_PACS_that_pads_and_counts_nothing_and_refuses_C_GET_fails_with_the_reason_and_is_moved_by_C_MOVE()
    {
        Assert.SkipUnless(Dcmqrscp.IsInstalled, "DCMTK is not installed");
        await using var stack = await MigrationStack.StartAsync(new VolumeOptions { Instances = 1 }, Stop);
        await using var pacs = await Dcmqrscp.StartAsync(new Dictionary<string, int> { [MigrationStack.AeTitle] = stack.OurPort }, "--disable-get");
        var (volume, taken) = await FillAsync(pacs);
        stack.StoreInArchive();
        await AssertStudiesAreAskedForAsync(stack);
        stack.AskByDicom(pacs, "c-get");
        stack.Different["MIGRATION__TRIES"] = "1";

        var refused = await stack.MigrateAsync(["start"], Stop);
        Assert.NotEqual(0, refused.Code);
        using var failures = JsonDocument.Parse((await stack.MigrateAsync(["report", "--format", "json"], Stop)).Output);
        var studies = volume.Studies.Count(s => s.Instances.Any(i => taken.Contains(i.Uid)));
        var reasons = failures.RootElement.GetProperty("failures").EnumerateArray().Select(f => f.GetProperty("reason").GetString()).ToList();
        Assert.Equal(studies, reasons.Count);
        Assert.All(reasons, r => Assert.Contains("1.2.840.10008.5.1.4.1.2.2.3", r, StringComparison.Ordinal)); // Study Root C-GET

        stack.AskByDicom(pacs, "c-move");
        var start = await stack.MigrateAsync(["start", "--json"], Stop);
        Assert.True(start.Code == 0, start.Error);
        var figures = JsonDocument.Parse(start.Output).RootElement;
        Assert.Equal((studies, taken.Count), (figures.GetProperty("migrated").GetInt32(), figures.GetProperty("objects").GetInt32()));
        var diff = await stack.MigrateAsync(["diff", "--level", "digests"], Stop);
        Assert.True(diff.Code == 0, diff.Output + diff.Error);
    }

    [Fact]
    public async Task S3_2_S3_12_a_PACS_that_cuts_its_answers_is_not_called_moved_until_it_has_told_all()
    {
        await using var stack = await MigrationStack.StartAsync(new VolumeOptions { Instances = 80, FilmBytes = 200_000 }, Stop, ("LimitFindResults", 3));
        stack.AskByDicom("c-get");
        stack.StoreInArchive();
        var plan = await stack.MigrateAsync(["plan"], Stop);
        Assert.Contains("ended its answer after 3 matches", plan.Output + plan.Error, StringComparison.Ordinal);

        var start = await stack.MigrateAsync(["start"], Stop);
        Assert.NotEqual(0, start.Code);
        var report = await stack.MigrateAsync(["report", "--format", "json"], Stop);
        Assert.NotEqual(0, report.Code);
        using var unproven = JsonDocument.Parse(report.Output);
        Assert.False(unproven.RootElement.GetProperty("isProven").GetBoolean());
        Assert.NotEqual(0, unproven.RootElement.GetProperty("alarms").GetArrayLength());
        var moved = unproven.RootElement.GetProperty("total").GetProperty("migrated").GetProperty("studies").GetInt32();
        Assert.InRange(moved, stack.Volume.Studies.Count(s => s.Exam.StudyDate is not null), stack.Volume.Studies.Count);

        await stack.RestartSourceAsync(Stop);
        var again = await stack.MigrateAsync(["start", "--again", "--json"], Stop);
        Assert.True(again.Code == 0, again.Error);
        Assert.Equal(stack.Volume.Studies.Count, JsonDocument.Parse(again.Output).RootElement.GetProperty("migrated").GetInt32());
        var proven = await stack.MigrateAsync(["report"], Stop);
        Assert.True(proven.Code == 0, proven.Output + proven.Error);
        var diff = await stack.MigrateAsync(["diff", "--level", "digests"], Stop);
        Assert.True(diff.Code == 0, diff.Output + diff.Error);
    }

    /// <summary>A PACS that does not know the level of studies is told before anything is moved.</summary>
    private static async Task AssertStudiesAreAskedForAsync(MigrationStack stack)
    {
        await using var pacs = await Dcmqrscp.StartAsync(new Dictionary<string, int>(), "--no-study-root");
        stack.AskByDicom(pacs, "c-get");
        var plan = await stack.MigrateAsync(["plan"], Stop);
        Assert.NotEqual(0, plan.Code);
        Assert.Contains("1.2.840.10008.5.1.4.1.2.2.1", plan.Error, StringComparison.Ordinal); // Study Root C-FIND
        Assert.Contains("not supported", plan.Error, StringComparison.Ordinal);
    }

    private static async Task<(GeneratedVolume Volume, IReadOnlySet<string> Taken)> FillAsync(Dcmqrscp pacs)
    {
        var volume = GeneratedVolume.Of(new VolumeOptions { Instances = 100, Seed = 2, FilmBytes = 200_000 });
        var node = new DicomNode("old", new DicomPeer(Dcmqrscp.AeTitle, "127.0.0.1", pacs.Port), new DicomNetworkOptions { AeTitle = "MODALITY" });
        var taken = await node.StoreAsync(volume, Stop);
        Assert.InRange(taken.Count, 20, volume.Instances.Count() - 1); // it does not take compressed ones
        return (volume, taken);
    }
}
