using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Services;
using MedStreams.Local;
using MedStreams.Support.Peers;

namespace MedStreams.Dicom.Tests.Network.Peers;

/// <summary>DCMTK's programs and ours against each other.</summary>
public sealed class DcmtkTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Echoscu_and_storescu_are_answered_and_dcmdump_reads_what_arrived()
    {
        Assert.SkipUnless(StoreScp.IsInstalled, "DCMTK is not installed");
        var handler = new KeepingHandler();
        await using var server = TestNetwork.Serve(new DicomHandlers { Store = handler });
        var port = $"{server.EndPoint.Port}";
        await CommandLineTool.RunAsync("echoscu", ["-aec", "SERVER", "127.0.0.1", port], Stop);
        await Assert.ThrowsAsync<InvalidOperationException>(() => CommandLineTool.RunAsync("echoscu", ["-aec", "OTHER", "127.0.0.1", port], Stop));
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => CommandLineTool.RunAsync("findscu", ["-S", "-aec", "SERVER", "-k", "QueryRetrieveLevel=STUDY", "127.0.0.1", port], Stop));

        foreach (var (option, syntax) in new[] { ("-xe", "1.2.840.10008.1.2.1"), ("-xi", "1.2.840.10008.1.2"), ("-xs", "1.2.840.10008.1.2.4.70"), ("-xr", "1.2.840.10008.1.2.5") })
        {
            var samples = (await SampleFile.AllAsync()).Where(s => s.Syntax.Uid == syntax && !s.IsMislabelled).Take(5).ToList();
            if (samples.Count == 0)
                continue;
            handler.Taken.Clear();
            await CommandLineTool.RunAsync("storescu", [option, "-aec", "SERVER", "127.0.0.1", port, .. samples.Select(s => s.Path)], Stop);
            Assert.Equal(samples.Select(s => s.SopInstance).Order(), handler.Taken.Select(t => t.Instance.SopInstance).Order());
            Assert.All(handler.Taken, t => Assert.Equal(syntax, t.Instance.Syntax.Uid));
        }
    }

    [Fact]
    public async Task Storescp_keeps_what_it_is_sent_byte_for_byte()
    {
        Assert.SkipUnless(StoreScp.IsInstalled, "DCMTK is not installed");
        await using var storescp = await StoreScp.StartAsync("STORESCP", "+xa", "+B", "--fork");
        var samples = (await SampleFile.AllAsync()).Where(s => !s.IsMislabelled).ToList();
        var sent = new List<SampleFile>();
        foreach (var (contexts, objects) in ContextPlan.Split(samples, s => (s.SopClass, s.Syntax)))
        {
            await using var association = await TestNetwork.OpenAsync(new DicomPeer("STORESCP", "127.0.0.1", storescp.Port), contexts);
            foreach (var sample in objects.Where(o => association.Contexts.Any(c => c.SopClass == o.SopClass && c.Syntax.Uid == o.Syntax.Uid)))
            {
                Assert.Equal(DimseStatus.Success, await association.StoreAsync(sample.SopClass, sample.SopInstance, sample.Syntax, new MemoryStream(sample.DataSet), Stop));
                sent.Add(sample);
            }

            await association.ReleaseAsync(Stop);
        }

        Assert.True(sent.Count > 30, $"{sent.Count}");
        var kept = new Dictionary<string, byte[]>();
        foreach (var file in Directory.EnumerateFiles(storescp.Folder).Where(f => !f.EndsWith(".log", StringComparison.Ordinal)))
        {
            await using var stream = File.OpenRead(file);
            await DicomFile.SkipToDataSetAsync(stream, Stop);
            var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes, Stop);
            kept[Path.GetFileName(file)] = bytes.ToArray();
        }

        foreach (var sample in sent)
            Assert.True(kept.Any(k => k.Key.Contains(sample.SopInstance, StringComparison.Ordinal) && k.Value.SequenceEqual(sample.Sent)), sample.Path);
    }
}
