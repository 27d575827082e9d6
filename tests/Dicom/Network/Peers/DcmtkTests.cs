using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Services;
using MedStreams.Local;
using MedStreams.Support;
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
    public async Task Movescu_has_an_old_PACS_send_to_us_and_getscu_and_findscu_tell_the_same_of_it_as_we_do()
    {
        Assert.SkipUnless(Dcmqrscp.IsInstalled, "DCMTK is not installed");
        var handler = new KeepingHandler();
        await using var server = TestNetwork.Serve(new DicomHandlers { Store = handler });
        await using var pacs = await Dcmqrscp.StartAsync(new Dictionary<string, int> { ["SERVER"] = server.EndPoint.Port });
        var samples = (await SampleFile.AllAsync()).Where(s => s.Syntax == TransferSyntax.ExplicitLittleEndian && !s.IsMislabelled).Take(4).ToList();
        string[] to = ["-aec", Dcmqrscp.AeTitle, "127.0.0.1", $"{pacs.Port}"];
        await CommandLineTool.RunAsync("storescu", ["-xe", .. to, .. samples.Select(s => s.Path)], Stop);

        foreach (var study in samples.Select(s => s.Study).Distinct())
        {
            string[] wanted = ["-S", "-k", "QueryRetrieveLevel=STUDY", "-k", $"StudyInstanceUID={study}"];
            await CommandLineTool.RunAsync("movescu", ["-aem", "SERVER", .. wanted, .. to], Stop);
        }

        Assert.Equal(samples.Select(s => s.SopInstance).Order(), handler.Taken.Select(t => t.Instance.SopInstance).Order());
        Assert.All(handler.Taken, t => Assert.Equal("MOVESCU", t.Instance.MoveOriginator));

        var folder = Directory.CreateTempSubdirectory("medstreams-getscu-");
        await CommandLineTool.RunAsync(
            "getscu", ["-S", "-k", "QueryRetrieveLevel=STUDY", "-k", $"StudyInstanceUID={samples[0].Study}", "-od", folder.FullName, .. to], Stop);
        var got = folder.GetFiles().Length;
        folder.Delete(recursive: true);
        await using var association = await TestNetwork.OpenAsync(new DicomPeer(Dcmqrscp.AeTitle, "127.0.0.1", pacs.Port), [.. FindService.Contexts]);
        var ours = association.Find(FindService.Identifier(QueryLevel.Study, (Tags.StudyInstanceUid, DicomVr.UI)));
        var studies = new List<string>();
        await foreach (var match in ours.WithCancellation(Stop))
            studies.Add(match.Text(Tags.StudyInstanceUid)!);
        Assert.Equal(samples.Select(s => s.Study).Distinct().Order(), studies.Order());
        Assert.Equal(samples.Count(s => s.Study == samples[0].Study), got);
    }

    [Theory]
    [InlineData("findscu")]
    [InlineData("movescu")]
    [InlineData("getscu")]
    public async Task Queries_and_retrieval_are_refused_in_words_since_nobody_answers_them_here(string program)
    {
        Assert.SkipUnless(StoreScp.IsInstalled, "DCMTK is not installed");
        await using var server = TestNetwork.Serve(new DicomHandlers { Store = new KeepingHandler() });
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => CommandLineTool.RunAsync(
            program, ["-v", "-S", "-aec", "SERVER", "-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=1.2", "127.0.0.1", $"{server.EndPoint.Port}"], Stop));
        Assert.Contains("resentation Context", refused.Message, StringComparison.Ordinal);
        await Eventually.Holds(() => server.Associations == 0);
        await CommandLineTool.RunAsync("echoscu", ["-aec", "SERVER", "127.0.0.1", $"{server.EndPoint.Port}"], Stop);
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
