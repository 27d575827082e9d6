using MedStreams.Support;

namespace MedStreams.Golden;

/// <summary>The recorded vectors, by sub-folder.</summary>
internal static class GoldenFolder
{
    /// <summary>
    /// The files of a sub-folder, in order. Skips the test that asks if the sub-folder is not there, and fails it if
    /// none of the sub-folder's files match.
    /// </summary>
    public static IReadOnlyList<string> Files(string subFolder, string pattern)
    {
        var folder = Path.Combine(Repository.Golden, subFolder);
        Assert.SkipUnless(Directory.Exists(folder), $"not run: there is no folder {folder}");
        string[] files = [.. Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal)];
        Assert.True(files.Length > 0, $"{folder} holds no {pattern}");
        return files;
    }
}
