using System.Globalization;

namespace MedStreams.Support.Volume;

/// <summary>Puts a volume, or files of others, where programs find them.</summary>
internal static class VolumeFiles
{
    private const string PydicomFiles = "/usr/lib/python3/dist-packages/pydicom/data";

    /// <summary>The files of Debian's python3-pydicom; none where it is not installed.</summary>
    public static IReadOnlyList<string> OfPydicom => Directory.Exists(PydicomFiles)
        ? [.. Directory.EnumerateFiles(PydicomFiles, "*.dcm", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Where an instance lies in a tree: <c>department/study/series/number.dcm</c>.</summary>
    public static string PathOf(this GeneratedInstance instance) => string.Create(CultureInfo.InvariantCulture,
        $"{instance.Exam.Department}/{instance.Exam.AccessionNumber}/{instance.SeriesNumber}/{instance.Number:D4}.dcm");

    /// <summary>Where a document lies: in its study's folder.</summary>
    public static string PathOf(this GeneratedStudy study, GeneratedDocument document) => $"{study.Exam.Department}/{study.Exam.AccessionNumber}/{document.Name}";

    /// <summary>Writes a tree of folders.</summary>
    /// <param name="volume">What.</param>
    /// <param name="folder">Where.</param>
    /// <param name="withExtras">Whether documents, copies and contradictions are written too; else only <see cref="GeneratedVolume.Instances"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Task WriteAsync(this GeneratedVolume volume, string folder, bool withExtras = true, CancellationToken cancellationToken = default) =>
        Parallel.ForEachAsync(volume.Studies, cancellationToken, async (study, stop) =>
        {
            foreach (var instance in study.Instances)
                await WriteAsync(Path.Combine(folder, instance.PathOf()), instance.ToFile(), stop);
            if (!withExtras)
                return;
            foreach (var document in study.Documents)
                await WriteAsync(Path.Combine(folder, study.PathOf(document)), document.Content, stop);
            foreach (var copy in study.Copies)
                await WriteAsync(Path.ChangeExtension(Path.Combine(folder, copy.PathOf()), ".copy.dcm"), copy.ToFile(), stop);
            foreach (var changed in study.Changed)
                await WriteAsync(Path.ChangeExtension(Path.Combine(folder, changed.PathOf()), ".changed.dcm"), changed.ToFile(), stop);
        });

    private static async ValueTask WriteAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, bytes, stop);
    }
}
