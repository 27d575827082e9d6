using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using MedStreams.Dicom;
using MedStreams.Dicom.Writing;
using MedStreams.Local;
using MedStreams.Support.Volume;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>Orthanc as the new PACS: it is sent to by C-STORE and has to answer for it by Storage Commitment. It has no transactions, so studies are seen while they grow.</summary>
internal sealed class KillableOrthanc : KillableTarget
{
    private readonly OrthancOptions _options;
    private readonly HttpClient _http = new();
    private PrivateOrthanc _server;

    private KillableOrthanc(PrivateOrthanc server, OrthancOptions options)
    {
        (_server, _options) = (server, options with { DicomPort = server.DicomPort, HttpPort = server.HttpPort });
        _http.BaseAddress = new Uri($"http://127.0.0.1:{server.HttpPort}/");
    }

    public override IReadOnlyList<string> Victims { get; } = ["target"];

    public override IEnumerable<(string Key, string Value)> Settings =>
    [
        ("MIGRATION__TARGET__KIND", "dicom"),
        ("MIGRATION__TARGET__ADDRESS", $"127.0.0.1:{_server.DicomPort}"),
        ("MIGRATION__TARGET__AETITLE", PrivateOrthanc.AeTitle),
        ("MIGRATION__TARGET__ASSOCIATIONS", "2"),
        ("MIGRATION__COMMITMENT", "required"),
    ];

    public static async Task<KillableOrthanc> StartAsync(string folder, OrthancOptions options, CancellationToken stop) =>
        new(await PrivateOrthanc.StartAsync(folder, options, stop), options);

    public override async Task KillAsync(string victim, Random random, CancellationToken stop)
    {
        _server.Kill();
        _server = await PrivateOrthanc.StartAsync(_server.Folder, _options, stop);
    }

    public override async Task<long?> ObjectsAsync()
    {
        try
        {
            return (await _http.GetFromJsonAsync<JsonElement>(new Uri("statistics", UriKind.Relative))).GetProperty("CountInstances").GetInt64();
        }
        catch (HttpRequestException)
        {
            return null; // killed a moment ago
        }
    }

    public override Task WatchAsync(CancellationToken stop) => Task.CompletedTask;

    public override async Task AssertHoldsAsync(GeneratedVolume volume, CancellationToken stop)
    {
        var ids = await _http.GetFromJsonAsync<string[]>(new Uri("instances", UriKind.Relative), stop);
        var held = new ConcurrentBag<(string, string, string)>();
        await Parallel.ForEachAsync(ids!, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = stop }, async (id, token) =>
        {
            using var file = new MemoryStream(await _http.GetByteArrayAsync(new Uri($"instances/{id}/file", UriKind.Relative), token));
            var instance = await DicomFile.ReadAsync(file, new DicomReadOptions { KeepsLongValues = true }, token);
            held.Add((instance.DataSet.Text(Tags.SopInstanceUid)!, instance.Syntax.Uid, Digest(instance.DataSet, instance.Syntax)));
        });
        var expected = volume.Instances.Select(i => (i.Uid, i.Syntax.Uid, Digest(i.DataSet(), i.Syntax)));
        Assert.Equal(expected.Order(), held.Order());
    }

    /// <summary>Of the data set's bytes; of a deflated one, which DCMTK deflates anew, of those that were deflated.</summary>
    private static string Digest(DicomDataSet dataSet, TransferSyntax syntax) => Convert.ToHexStringLower(
        SHA256.HashData(DicomEncoder.ToBytes(dataSet, syntax.IsDeflated ? TransferSyntax.ExplicitLittleEndian : syntax).Span));

    public override async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }
}
