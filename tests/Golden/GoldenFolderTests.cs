using MedStreams.Support;

namespace MedStreams.Golden.Tests;

public sealed class GoldenFolderTests
{
    [Fact]
    public void There_are_vectors() =>
        Assert.True(
            Directory.Exists(Repository.Golden)
                && Directory.EnumerateFiles(Repository.Golden, "*.json*", SearchOption.AllDirectories).Any(),
            $"{Repository.Golden} holds no vector: name the folder of the recordings in MEDSTREAMS_GOLDEN.");
}
