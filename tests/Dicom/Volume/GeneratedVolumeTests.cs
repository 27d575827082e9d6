using System.Diagnostics;
using MedStreams.Local;
using MedStreams.Support.Volume;

namespace MedStreams.Dicom.Tests.Volume;

/// <summary>What is generated is what tests of migration need, and other programs take it.</summary>
public sealed class GeneratedVolumeTests
{
    private static readonly GeneratedVolume Whole = GeneratedVolume.Of();

    [Fact]
    public void It_holds_everything_that_is_troublesome()
    {
        Assert.True(Whole.Instances.Count() >= 5_000);
        Assert.Equal(Whole.Instances.Count(), Whole.Instances.Select(i => i.Uid).Distinct().Count());
        Assert.True(Whole.Studies.Select(s => s.Exam.Department).Distinct().Count() >= 5);
        Assert.True(Whole.Instances.Select(i => i.Syntax.Uid).Distinct().Count() >= 9);
        Assert.Equal(5, Whole.Studies.Select(s => s.CharacterSet).Distinct().Count());
        Assert.Contains(Whole.Studies, s => s.WrittenDate is null);
        Assert.Contains(Whole.Studies, s => s.WrittenDate == "");
        Assert.Contains(Whole.Studies, s => s.WrittenDate is { Length: > 0 } && s.Exam.StudyDate is null);
        Assert.Contains(Whole.Studies, s => s.Copies.Count > 0);
        Assert.Contains(Whole.Studies, s => s.Changed.Count > 0);
        Assert.Contains(Whole.Studies, s => s.Documents.Count > 1);
        Assert.Contains(Whole.Instances, i => i is { Frames: > 1, Bytes: >= 1 << 20 });
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_gives_others()
    {
        var (one, same, other) = (Small(1), Small(1), Small(2));
        Assert.Equal(one.Instances.Select(i => i.Digest()), same.Instances.Select(i => i.Digest()));
        Assert.Empty(one.Instances.Select(i => i.Uid).Intersect(other.Instances.Select(i => i.Uid)));
    }

    [Theory]
    [InlineData("GB18030")]
    [InlineData("GBK")]
    public async Task A_name_with_a_byte_like_a_backslash_is_read_as_it_was_written(string characterSet)
    {
        var study = Whole.Studies.First(s => s.CharacterSet == characterSet && s.Exam.PatientName!.Contains('誠', StringComparison.Ordinal));
        var file = await DicomFile.ReadAsync(new MemoryStream(study.Instances[0].ToFile().ToArray()), cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(file.DataSet.TryGet(Tags.PatientName, out var element));
        Assert.Contains((byte)'\\', element.Value.ToArray());
        Assert.Equal(study.Exam.PatientName, file.DataSet.Text(Tags.PatientName));
    }

    [Fact]
    public async Task Orthanc_takes_all_of_it()
    {
        Assert.SkipWhen(PrivateOrthanc.FindProgram() is null, "Orthanc is not installed");
        var volume = GeneratedVolume.Of(new VolumeOptions { Instances = 700, FilmBytes = 200_000 });
        await using var orthanc = await PrivateOrthanc.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var since = Stopwatch.GetTimestamp();
        Assert.Equal(volume.Instances.Count(), await orthanc.LoadAsync(volume, TestContext.Current.CancellationToken));
        TestContext.Current.TestOutputHelper?.WriteLine($"{volume.Instances.Count()} in {Stopwatch.GetElapsedTime(since)}");
        Assert.Equal(0, await orthanc.LoadAsync(volume, TestContext.Current.CancellationToken));
        Assert.True(await orthanc.LoadFilesAsync(VolumeFiles.OfPydicom, TestContext.Current.CancellationToken) > 40);
    }

    [Fact]
    public async Task A_tree_of_it_can_be_sent_by_C_STORE()
    {
        Assert.SkipWhen(PrivateOrthanc.FindProgram() is null || CommandLineTool.Find("dcmsend") is null, "Orthanc or DCMTK is not installed");
        var volume = GeneratedVolume.Of(new VolumeOptions { Instances = 200, FilmBytes = 200_000 });
        await using var orthanc = await PrivateOrthanc.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var folder = Path.Combine(orthanc.Folder, "files");
        await volume.WriteAsync(folder, withExtras: false, TestContext.Current.CancellationToken);
        await VolumeLoading.SendAsync(orthanc.DicomPort, PrivateOrthanc.AeTitle, folder, TestContext.Current.CancellationToken);
        Assert.Equal(0, await orthanc.LoadAsync(volume, TestContext.Current.CancellationToken));
    }

    private static GeneratedVolume Small(int seed) => GeneratedVolume.Of(new VolumeOptions { Instances = 100, Seed = seed, FilmBytes = 10_000 });
}
