using System.Collections.Concurrent;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Services;
using MedStreams.Local;
using MedStreams.Support;
using MedStreams.Support.Peers;

namespace MedStreams.Dicom.Tests.Network.Peers;

/// <summary>Users who name themselves when they open an association (PS3.7 section D.3.3.7).</summary>
public sealed class UserIdentityTests
{
    private static readonly DicomUser Nurse = new("nurse", "correct horse");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_user_who_is_not_admitted_is_rejected_for_good_and_no_password_is_told()
    {
        var faults = new ConcurrentQueue<Exception>();
        await using var server = TestNetwork.Serve(new DicomHandlers { OnFault = faults.Enqueue }, o => o with { AdmitsUser = u => u == Nurse });
        await using (var association = await TestNetwork.OpenAsync(server.Peer() with { User = Nurse }, TestNetwork.Of(Uids.Verification)))
            await association.EchoAsync(Stop);
        foreach (var user in (DicomUser?[])[null, new DicomUser("nurse", null), new DicomUser("nurse", "wrong secret"), new DicomUser("护士", "correct horse")])
        {
            var fault = await Assert.ThrowsAsync<DicomNetworkException>(() => TestNetwork.OpenAsync(server.Peer() with { User = user }, TestNetwork.Of(Uids.Verification)));
            Assert.Equal((DicomNetworkError.Rejected, false), (fault.Error, fault.IsTransient));
        }

        await Eventually.Holds(() => faults.Count(f => f is DicomNetworkException { Error: DicomNetworkError.Rejected }) == 4);
        Assert.All(faults, f => Assert.DoesNotContain("secret", f.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Names_and_passwords_arrive_as_they_were_sent()
    {
        var users = new ConcurrentQueue<DicomUser?>();
        await using var server = TestNetwork.Serve(new DicomHandlers(), o => o with { AdmitsUser = u => Keep(users, u) });
        DicomUser?[] sent = [new DicomUser("张护士", "密码"), new DicomUser("name", ""), new DicomUser("name", null), null];
        foreach (var user in sent)
        {
            await using var association = await TestNetwork.OpenAsync(server.Peer() with { User = user }, TestNetwork.Of(Uids.Verification));
        }

        Assert.Equal(sent, users);
    }

    [Fact]
    public async Task Storescu_names_its_user_and_is_answered_where_it_wants_to_be()
    {
        Assert.SkipUnless(StoreScp.IsInstalled, "DCMTK is not installed");
        var (users, handler) = (new ConcurrentQueue<DicomUser?>(), new KeepingHandler());
        await using var server = TestNetwork.Serve(new DicomHandlers { Store = handler }, o => o with { AdmitsUser = u => Keep(users, u) && (u is null || u.Password != "wrong") });
        var sample = (await SampleFile.AllAsync()).First(s => s.Syntax == TransferSyntax.ExplicitLittleEndian && !s.IsMislabelled);
        string[] to = ["-xe", "-aec", "SERVER", "127.0.0.1", $"{server.EndPoint.Port}", sample.Path];
        foreach (var who in (string[][])[["--user", "nurse", "--password", "correct horse", "-rsp"], ["--user", "nurse"], ["--user", "nurse", "--empty-password", "-rsp"], []])
            await CommandLineTool.RunAsync("storescu", [.. who, .. to], Stop);
        Assert.Equal([Nurse, new DicomUser("nurse", null), new DicomUser("nurse", ""), null], users);
        Assert.Equal(4, handler.Taken.Count);

        var rejected = await Assert.ThrowsAsync<InvalidOperationException>(() => CommandLineTool.RunAsync("storescu", ["--user", "nurse", "--password", "wrong", .. to], Stop));
        Assert.Contains("Rejected", rejected.Message, StringComparison.Ordinal);
        Assert.Equal(4, handler.Taken.Count);
    }

    [Fact]
    public async Task Storescp_reads_whom_we_name()
    {
        Assert.SkipUnless(StoreScp.IsInstalled, "DCMTK is not installed");
        await using var storescp = await StoreScp.StartAsync("STORESCP", "-d");
        await using (var association = await TestNetwork.OpenAsync(new DicomPeer("STORESCP", "127.0.0.1", storescp.Port) { User = Nurse }, TestNetwork.Of(Uids.Verification)))
        {
            await association.EchoAsync(Stop);
            await association.ReleaseAsync(Stop);
        }

        await Eventually.Holds(() => File.ReadAllText(Path.Combine(storescp.Folder, "storescp.log")).Contains("nurse", StringComparison.Ordinal));
    }

    private static bool Keep(ConcurrentQueue<DicomUser?> users, DicomUser? user)
    {
        users.Enqueue(user);
        return true;
    }
}
