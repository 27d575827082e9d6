using System.Globalization;

namespace MedStreams.Local;

/// <summary>Makes small synthetic DICOM files with DCMTK and sends them, so that a PACS has something real to log.</summary>
internal static class DicomSamples
{
    private static readonly string[] Modalities = ["CT", "MR", "CR", "US"];

    /// <summary>Whether DCMTK's programs are installed.</summary>
    public static bool IsAvailable => CommandLineTool.Find("dump2dcm") is not null
        && CommandLineTool.Find("storescu") is not null;

    /// <summary>Writes files of synthetic studies, two instances each, with 16 x 16 pixels.</summary>
    /// <returns>The files, as Part 10.</returns>
    /// <exception cref="InvalidOperationException">DCMTK is not installed or refused.</exception>
    public static async Task<IReadOnlyList<string>> MakeAsync(
        string folder, int count, CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(folder);
        var files = new List<string>(count);
        for (var i = 0; i < count; i++)
        {
            var dump = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"sample-{i}.dump"));
            var file = Path.ChangeExtension(dump, ".dcm");
            await File.WriteAllTextAsync(dump, Dump(i), cancellationToken);
            await CommandLineTool.RunAsync(
                "dump2dcm", ["--write-xfer-little", dump, file], cancellationToken);
            File.Delete(dump);
            files.Add(file);
        }

        return files;
    }

    /// <summary>Sends files by C-STORE in one association.</summary>
    /// <exception cref="InvalidOperationException">The peer did not take them all.</exception>
    public static Task SendAsync(
        int port, string aeTitle, IReadOnlyList<string> files, CancellationToken cancellationToken = default) =>
        CommandLineTool.RunAsync(
            "storescu",
            ["-aec", aeTitle, "-aet", "MODALITY", "127.0.0.1", port.ToString(CultureInfo.InvariantCulture), .. files],
            cancellationToken);

    private static string Dump(int i)
    {
        var study = i / 2;
        var root = "1.2.826.0.1.3680043.10.1429"; // UIDs below are synthetic
        var modality = Modalities[study % Modalities.Length];
        var pixels = string.Join('\\', Enumerable.Range(0, 128).Select(p => $"{(p + i) % 256:x2}{p % 256:x2}"));
        return string.Create(CultureInfo.InvariantCulture,
            $"""
             (0008,0016) UI =SecondaryCaptureImageStorage
             (0008,0018) UI [{root}.{study}.1.{i}]
             (0008,0020) DA [20260105]
             (0008,0030) TM [0{study % 9}3000]
             (0008,0050) SH [ACC{study:D5}]
             (0008,0060) CS [{modality}]
             (0008,0064) CS [WSD]
             (0010,0010) PN [SAMPLE^PATIENT{study}]
             (0010,0020) LO [SYN{study:D5}]
             (0010,0030) DA [19700101]
             (0010,0040) CS [O]
             (0020,000d) UI [{root}.{study}]
             (0020,000e) UI [{root}.{study}.1]
             (0020,0010) SH [{study}]
             (0020,0011) IS [1]
             (0020,0013) IS [{i}]
             (0028,0002) US 1
             (0028,0004) CS [MONOCHROME2]
             (0028,0010) US 16
             (0028,0011) US 16
             (0028,0100) US 8
             (0028,0101) US 8
             (0028,0102) US 7
             (0028,0103) US 0
             (7fe0,0010) OW {pixels}

             """);
    }
}
