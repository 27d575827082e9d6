using System.Collections.Concurrent;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Services;
using MedStreams.Local;
using MedStreams.Support;
using MedStreams.Support.Peers;

namespace MedStreams.Dicom.Tests.Network.Peers;

/// <summary>TLS between nodes (PS3.15 section B.9): our user and our provider, DCMTK's and Orthanc's.</summary>
public sealed class TlsTests : IDisposable
{
    private const string NotAgreed = "TLS could not be agreed on";
    private readonly SecureNodes _nodes = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _nodes.Dispose();

    [Fact]
    public async Task Our_user_and_our_provider_prove_themselves_to_each_other_and_large_objects_arrive_whole()
    {
        var handler = new KeepingHandler();
        await using var server = _nodes.Serve(new DicomHandlers { Store = handler });
        await using var association = await TestNetwork.OpenAsync(_nodes.Peer("SERVER", server.EndPoint.Port), TestNetwork.Of(TestNetwork.SecondaryCapture), TestNetwork.Of(Uids.Verification));
        await association.EchoAsync(Stop);
        var dataSet = new byte[5 << 20];
        new Random(1).NextBytes(dataSet);
        var status = await association.StoreAsync(TestNetwork.SecondaryCapture, "1.2.3", TransferSyntax.ExplicitLittleEndian, new MemoryStream(dataSet), Stop);
        Assert.Equal(DimseStatus.Success, status);
        await association.ReleaseAsync(Stop);
        Assert.True(dataSet.AsSpan().SequenceEqual(handler.Taken.Single().DataSet));
    }

    [Fact]
    public async Task Who_is_not_proven_gets_no_association_and_the_server_goes_on()
    {
        var faults = new ConcurrentQueue<Exception>();
        await using var server = _nodes.Serve(new DicomHandlers { OnFault = faults.Enqueue });
        var right = _nodes.Peer("SERVER", server.EndPoint.Port);
        using var strangers = TestCertificates.Create("other");
        foreach (var tls in new[]
        {
            DicomTls.User("127.0.0.1", _nodes.Strange, _nodes.Authorities), // whom the server does not know
            DicomTls.User("127.0.0.1", null, _nodes.Authorities), // who shows nothing
            DicomTls.User("127.0.0.1", _nodes.Ours, [strangers.Authority]), // who does not know the server
            DicomTls.User("pacs.example", _nodes.Ours, _nodes.Authorities), // who wanted another one
        })
        {
            var fault = await Assert.ThrowsAsync<DicomNetworkException>(() => TestNetwork.OpenAsync(right with { Tls = tls }, TestNetwork.Of(Uids.Verification)));
            Assert.True(fault.Error is DicomNetworkError.NotConnected or DicomNetworkError.ConnectionLost, fault.ToString());
        }

        var clear = await Assert.ThrowsAsync<DicomNetworkException>(() => TestNetwork.OpenAsync(right with { Tls = null }, TestNetwork.Of(Uids.Verification)));
        Assert.Equal(DicomNetworkError.ConnectionLost, clear.Error);
        // The two whom the server does not believe, and the one in the clear; the others leave after the handshake (TLS 1.3).
        await Eventually.Holds(() => faults.Count(f => f.Message.StartsWith(NotAgreed, StringComparison.Ordinal)) == 3);
        await using var association = await TestNetwork.OpenAsync(right, TestNetwork.Of(Uids.Verification));
        await association.EchoAsync(Stop);
    }

    [Fact]
    public async Task A_user_that_speaks_TLS_to_a_node_that_does_not_is_told_so()
    {
        await using var server = TestNetwork.Serve(new DicomHandlers());
        var fault = await Assert.ThrowsAsync<DicomNetworkException>(() => TestNetwork.OpenAsync(_nodes.Peer("SERVER", server.EndPoint.Port), TestNetwork.Of(Uids.Verification)));
        Assert.Equal(DicomNetworkError.NotConnected, fault.Error);
    }

    [Fact]
    public async Task DCMTKs_users_are_answered_and_strange_ones_and_those_in_the_clear_are_not()
    {
        Assert.SkipUnless(StoreScp.IsInstalled, "DCMTK is not installed");
        var handler = new KeepingHandler();
        await using var server = _nodes.Serve(new DicomHandlers { Store = handler });
        string[] to = ["-aec", "SERVER", "127.0.0.1", $"{server.EndPoint.Port}"];
        foreach (var profile in (string[])["+py", "+px", "+pz"])
            await CommandLineTool.RunAsync("echoscu", [.. _nodes.Dcmtk, profile, .. to], Stop);
        var samples = (await SampleFile.AllAsync()).Where(s => s.Syntax == TransferSyntax.ExplicitLittleEndian && !s.IsMislabelled).Take(5).ToList();
        await CommandLineTool.RunAsync("storescu", [.. _nodes.Dcmtk, "-xe", .. to, .. samples.Select(s => s.Path)], Stop);
        Assert.Equal(samples.Select(s => s.SopInstance).Order(), handler.Taken.Select(t => t.Instance.SopInstance).Order());

        // DCMTK has TLS agreed on, and is then told in words that nobody here answers queries.
        var find = await Assert.ThrowsAsync<InvalidOperationException>(
            () => CommandLineTool.RunAsync("findscu", [.. _nodes.Dcmtk, "-S", "-k", "QueryRetrieveLevel=STUDY", .. to], Stop));
        Assert.Contains("No Acceptable Presentation Contexts", find.Message, StringComparison.Ordinal);
        foreach (var wrong in (string[][])[[], ["+tla"], ["+tls", _nodes.StrangeKeyFile, _nodes.StrangeCertificateFile, "+cf", _nodes.AuthorityFile]])
            await Assert.ThrowsAsync<InvalidOperationException>(() => CommandLineTool.RunAsync("echoscu", [.. wrong, .. to], Stop));
        await CommandLineTool.RunAsync("echoscu", [.. _nodes.Dcmtk, .. to], Stop);
    }

    [Fact]
    public async Task Storescp_takes_what_we_send()
    {
        Assert.SkipUnless(StoreScp.IsInstalled, "DCMTK is not installed");
        await using var storescp = await StoreScp.StartAsync("STORESCP", ["+xa", "+B", .. _nodes.Dcmtk]);
        var peer = _nodes.Peer("STORESCP", storescp.Port);
        var sample = (await SampleFile.AllAsync()).First(s => s.Syntax == TransferSyntax.ExplicitLittleEndian && !s.IsMislabelled);
        await using var association = await TestNetwork.OpenAsync(peer, TestNetwork.Of(sample.SopClass));
        Assert.Equal(DimseStatus.Success, await association.StoreAsync(sample.SopClass, sample.SopInstance, sample.Syntax, new MemoryStream(sample.DataSet), Stop));
        await association.ReleaseAsync(Stop);
        Assert.Contains(Directory.EnumerateFiles(storescp.Folder), f => f.Contains(sample.SopInstance, StringComparison.Ordinal));

        var tls = DicomTls.User("127.0.0.1", _nodes.Strange, _nodes.Authorities);
        await Assert.ThrowsAsync<DicomNetworkException>(() => TestNetwork.OpenAsync(peer with { Tls = tls }, TestNetwork.Of(Uids.Verification)));
    }

    [Fact]
    public async Task Orthanc_is_asked_gives_moves_and_answers_for_what_it_holds()
    {
        Assert.SkipWhen(PrivateOrthanc.FindProgram() is null, "Orthanc is not installed");
        var (taken, reports) = (new KeepingHandler(), new KeepingReports());
        await using var server = TestNetwork.Serve(
            new DicomHandlers { Store = taken, CommitmentReports = reports },
            o => o with { Network = o.Network with { AeTitle = TestNetwork.Options.AeTitle }, Tls = DicomTls.Provider(_nodes.Ours, _nodes.Authorities) });
        await using var orthanc = await PrivateOrthanc.StartAsync(options: Options(server.EndPoint.Port), cancellationToken: Stop);
        var peer = _nodes.Peer(PrivateOrthanc.AeTitle, orthanc.DicomPort);
        var sample = (await SampleFile.AllAsync()).First(s => s.Path.EndsWith("MR_small_bigendian.dcm", StringComparison.Ordinal) || s.Syntax == TransferSyntax.ExplicitLittleEndian);
        await using var association = await DicomAssociation.OpenAsync(
            peer,
            [
                TestNetwork.Of(sample.SopClass, sample.Syntax), .. FindService.Contexts, .. RetrieveService.MoveContexts, .. CommitmentService.RequestContexts,
            ],
            TestNetwork.Options,
            cancellationToken: Stop);
        Assert.Equal(DimseStatus.Success, await association.StoreAsync(sample.SopClass, sample.SopInstance, sample.Syntax, new MemoryStream(sample.DataSet), Stop));
        var find = association.Find(FindService.Identifier(QueryLevel.Study, (Tags.StudyInstanceUid, DicomVr.UI)));
        await foreach (var match in find.WithCancellation(Stop))
            Assert.Equal(sample.Study, match.Text(Tags.StudyInstanceUid));
        Assert.Equal(1, find.Matches);
        Assert.True((await association.MoveAsync(new RetrieveRequest(sample.Study), TestNetwork.Options.AeTitle, cancellationToken: Stop)).IsComplete);
        Assert.Equal(sample.SopInstance, taken.Taken.Single().Instance.SopInstance);
        await association.RequestCommitmentAsync(Uids.New(), [new InstanceReference(sample.SopClass, sample.SopInstance)], Stop);
        await Eventually.Holds(() => reports.Came.Any(r => r.Committed.Any(c => c.SopInstance == sample.SopInstance)));
        await association.ReleaseAsync(Stop);
    }

    private OrthancOptions Options(int port) => new()
    {
        Configuration = new Dictionary<string, object>
        {
            ["DicomTlsEnabled"] = true,
            ["DicomTlsCertificate"] = _nodes.CertificateFile,
            ["DicomTlsPrivateKey"] = _nodes.KeyFile,
            ["DicomTlsTrustedCertificates"] = _nodes.AuthorityFile,
            ["DicomModalities"] = new Dictionary<string, object>
            {
                ["us"] = new Dictionary<string, object> { ["AET"] = TestNetwork.Options.AeTitle, ["Host"] = "127.0.0.1", ["Port"] = port, ["UseDicomTls"] = true },
            },
        },
    };
}
