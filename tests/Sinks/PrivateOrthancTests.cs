using MedStreams.Local;

namespace MedStreams.Sinks.Tests;

public sealed class PrivateOrthancTests
{
    [Fact]
    public async Task A_real_Orthanc_receives_real_files_and_writes_a_log_of_it()
    {
        if (PrivateOrthanc.FindProgram() is null || !DicomSamples.IsAvailable)
            Assert.Skip("Orthanc or DCMTK is not installed: apt-get install orthanc dcmtk");
        var stop = TestContext.Current.CancellationToken;
        await using var orthanc = await PrivateOrthanc.StartAsync(cancellationToken: stop);
        var files = await DicomSamples.MakeAsync(Path.Combine(orthanc.Folder, "files"), 4, stop);
        await DicomSamples.SendAsync(orthanc.DicomPort, PrivateOrthanc.AeTitle, files, stop);

        Assert.True(await Waiting.UntilAsync(
            () => Lines(orthanc.LogFile).Count(line => line.Contains("New instance", StringComparison.Ordinal)) >= 4,
            TimeSpan.FromSeconds(20), stop));
        Assert.All(Lines(orthanc.LogFile).Where(line => line.Length > 0), line => Assert.Matches("^[TIWE]\\d{4} ", line));
    }

    private static string[] Lines(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split('\n');
    }
}
