using MedStreams.Support;

namespace MedStreams.Golden.Tests;

/// <summary>The recorded vectors, by sub-folder.</summary>
internal static class GoldenFolder
{
    /// <summary>
    /// The files of a sub-folder that match a pattern, in order. Skips the test that asks if the sub-folder or files of
    /// this kind are not there; fails it if the sub-folder is there without any vector.
    /// </summary>
    public static IReadOnlyList<string> Files(string subFolder, string pattern)
    {
        var folder = Path.Combine(Repository.Golden, subFolder);
        Assert.SkipUnless(Directory.Exists(folder), $"not run: there is no folder {folder}");
        Assert.True(Directory.EnumerateFiles(folder, "*.json").Any(), $"{folder} holds no vector");
        string[] files = [.. Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal)];
        Assert.SkipUnless(files.Length > 0, $"not run: {folder} holds no {pattern}");
        return files;
    }
}
