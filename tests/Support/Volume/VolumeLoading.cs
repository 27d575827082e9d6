using System.Globalization;
using System.Net;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Nodes;
using MedStreams.Dicom.Network.Services;
using MedStreams.Local;

namespace MedStreams.Support.Volume;

/// <summary>Fills test peers with a volume.</summary>
internal static class VolumeLoading
{
    /// <summary>Puts all instances into an Orthanc by its own interface, which keeps files byte for byte; four at a time.</summary>
    /// <returns>How many it took anew.</returns>
    /// <exception cref="HttpRequestException">It refused one.</exception>
    public static Task<int> LoadAsync(this PrivateOrthanc orthanc, GeneratedVolume volume, CancellationToken cancellationToken = default) =>
        LoadAsync(orthanc.HttpPort, volume.Instances.Select(i => (Func<ReadOnlyMemory<byte>>)i.ToFile), cancellationToken);

    /// <summary>Puts files into an Orthanc; those that it does not take as DICOM are passed over.</summary>
    /// <returns>How many it took anew.</returns>
    public static Task<int> LoadFilesAsync(this PrivateOrthanc orthanc, IEnumerable<string> files, CancellationToken cancellationToken = default) =>
        LoadAsync(orthanc.HttpPort, files.Select(f => (Func<ReadOnlyMemory<byte>>)(() => File.ReadAllBytes(f))), cancellationToken, passesOver: true);

    /// <summary>Sends all files below a folder by C-STORE, as they are written.</summary>
    /// <exception cref="InvalidOperationException">DCMTK is not installed, or the peer did not take them all.</exception>
    public static Task SendAsync(int port, string aeTitle, string folder, CancellationToken cancellationToken = default) =>
        CommandLineTool.RunAsync(
            "env",
            ["TCP_NODELAY=1", "dcmsend", "--decompress-never", "-nuc", "+sd", "+r", "+sp", "*.dcm", "-aec", aeTitle, "-aet", "MODALITY", "127.0.0.1", port.ToString(CultureInfo.InvariantCulture), folder],
            cancellationToken);

    /// <summary>Sends all instances to a node by C-STORE, each as it is written; what the node refuses is left out.</summary>
    /// <returns>The UIDs of those that it took.</returns>
    public static async Task<IReadOnlySet<string>> StoreAsync(this DicomNode node, GeneratedVolume volume, CancellationToken cancellationToken = default)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (contexts, objects) in ContextPlan.Split(volume.Instances, i => (i.SopClass, i.Syntax)))
        {
            await node.UseAsync(contexts, null, async association =>
            {
                foreach (var one in objects.Where(o => association.Contexts.Any(c => c.SopClass == o.SopClass && c.Syntax.Uid == o.Syntax.Uid)))
                {
                    using var file = new MemoryStream(one.ToFile().ToArray());
                    if ((await association.StoreFileAsync(one.SopClass, one.Uid, file, cancellationToken)).IsDone)
                        taken.Add(one.Uid);
                }

                return true;
            }, cancellationToken);
        }

        return taken;
    }

    private static async Task<int> LoadAsync(int port, IEnumerable<Func<ReadOnlyMemory<byte>>> files, CancellationToken cancellationToken, bool passesOver = false)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = TimeSpan.FromMinutes(2) };
        var taken = 0;
        await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken }, async (file, stop) =>
        {
            using var content = new ReadOnlyMemoryContent(file());
            using var response = await http.PostAsync(new Uri("instances", UriKind.Relative), content, stop);
            if (passesOver && response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound)
                return;
            response.EnsureSuccessStatusCode();
            if ((await response.Content.ReadAsStringAsync(stop)).Contains("\"Success\"", StringComparison.Ordinal))
                Interlocked.Increment(ref taken);
        });
        return taken;
    }
}
