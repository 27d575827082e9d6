using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MedStreams.Dicom.Pacs;
using MedStreams.Local;
using MedStreams.Sources.Pacs.Ftp;
using MedStreams.Sources.Pacs.Located;
using MedStreams.Support.Servers;

namespace MedStreams.Sources.Tests.Pacs.Ftp;

/// <summary>Fetching from FTP servers: Debian's pyftpdlib, which can be made to fail, and vsftpd.</summary>
public sealed class FtpObjectStoreTests : IDisposable
{
    private static readonly ExamRecord Exam = new() { StudyInstanceUid = "1.2.3" };
    private static readonly LocatedFetcherOptions Quick = new() { RetryDelay = TimeSpan.FromMilliseconds(1), Retries = 6 };

    private readonly Folder _served = new();
    private readonly Folder _spooled = new();
    private readonly Spool _spool;

    public FtpObjectStoreTests() => _spool = new Spool(_spooled.At("spool"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _served.Dispose();
        _spooled.Dispose();
    }

    [Fact]
    public async Task S3_7_Objects_come_over_a_few_connections_that_are_used_again()
    {
        var contents = Fill(40, 30_000);
        using var server = await PyFtpAsync();
        await using var store = Store(server.Port, o => o with { Connections = 3 });

        var (received, missing) = await FetchAsync(store, contents.Select((_, i) => Object(server.Port, i)).Append(Object(server.Port, 99)).ToList());

        Assert.Equal(40, received.Count);
        Assert.Equal(contents, received.OrderBy(r => int.Parse(r.Key[2..], CultureInfo.InvariantCulture)).Select(r => r.Value));
        Assert.Equal("There is no such file, or the account must not read it (550).", Assert.Single(missing).Reason);
        var logins = (await File.ReadAllTextAsync(_spooled.At("log"), Token)).Split('\n').Count(l => l.Contains("logged in", StringComparison.Ordinal));
        Assert.InRange(logins, 1, 3);
    }

    [Fact]
    public async Task S3_7_A_connection_that_is_cut_again_and_again_costs_no_byte()
    {
        var contents = Fill(3, 400_000);
        using var server = await PyFtpAsync("cut=150000");
        await using var store = Store(server.Port);

        var (received, missing) = await FetchAsync(store, [.. contents.Select((_, i) => Object(server.Port, i))]);

        Assert.Empty(missing);
        Assert.Equal(contents.Order(StringComparer.Ordinal), received.Values.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_server_that_is_cut_and_cannot_go_on_within_a_file_is_told()
    {
        Fill(1, 400_000);
        using var server = await PyFtpAsync("cut=150000", "mute=REST");
        await using var store = Store(server.Port);

        var (received, missing) = await FetchAsync(store, [Object(server.Port, 0)]);

        Assert.Empty(received);
        Assert.Contains("(REST)", Assert.Single(missing).Reason, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_spooled.At("spool")));
    }

    [Theory]
    [InlineData("mute=EPSV")]
    [InlineData("mute=SIZE,MDTM")]
    public async Task Old_servers_that_lack_commands_are_read_too(string mute)
    {
        var contents = Fill(2, 100_000);
        using var server = await PyFtpAsync(mute);
        await using var store = Store(server.Port);

        var (received, missing) = await FetchAsync(store, [Object(server.Port, 0), Object(server.Port, 1)]);

        Assert.Empty(missing);
        Assert.Equal(contents.Order(StringComparer.Ordinal), received.Values.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("utf8", "utf-8")]
    [InlineData("gbk", "GB18030")]
    public async Task Chinese_names_come_in_the_servers_encoding(string servers, string ours)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var bytes = new Instances { Instance = "1.0" }.Bytes();
        _served.Put("放射科/王 小东 #1%.dcm", bytes);
        using var server = await PyFtpAsync($"names={servers}");
        await using var store = Store(server.Port, o => o with { NameEncoding = Encoding.GetEncoding(ours) });

        var (received, missing) = await FetchAsync(store, [Instance("1.0", FtpLocation.Of("127.0.0.1", server.Port, "/放射科/王 小东 #1%.dcm"))]);

        Assert.Empty(missing);
        Assert.Single(received);
    }

    [Fact]
    public async Task Encrypted_with_a_certificate_that_is_known_and_not_with_another()
    {
        var contents = Fill(5, 300_000);
        var (file, sha256) = FtpServers.Certificate(_spooled.Root);
        using var server = await PyFtpAsync($"certificate={file}");
        await using var store = Store(server.Port, o => o with { UsesTls = true, CertificateSha256 = sha256 });
        await using var another = Store(server.Port, o => o with { UsesTls = true, CertificateSha256 = new string('0', 64) });
        await using var plain = Store(server.Port);
        var wanted = contents.Select((_, i) => Object(server.Port, i)).ToList();

        var (received, missing) = await FetchAsync(store, wanted);

        Assert.Empty(missing);
        Assert.Equal(5, received.Count);
        var told = await Assert.ThrowsAsync<PacsException>(() => FetchAsync(another, wanted));
        Assert.Contains("certificate is not trusted", told.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PacsException>(() => FetchAsync(plain, wanted));
    }

    [Fact]
    public async Task A_wrong_password_or_a_server_that_is_away_is_told_without_the_password()
    {
        Fill(1, 1000);
        int port;
        using (var server = await PyFtpAsync())
        {
            port = server.Port;
            await using var store = Store(port, o => o with { Password = "secret" });
            var told = await Assert.ThrowsAsync<PacsException>(() => FetchAsync(store, [Object(port, 0)], Quick with { Retries = 0 }));
            Assert.Equal(PacsFailure.Unavailable, told.Failure);
            Assert.DoesNotContain("secret", told.ToString(), StringComparison.Ordinal);
        }

        await using var gone = Store(port);
        Assert.Equal(PacsFailure.Unavailable, (await Assert.ThrowsAsync<PacsException>(() => FetchAsync(gone, [Object(port, 0)]))).Failure);
    }

    [Fact]
    public async Task A_server_that_falls_silent_does_not_hold_us_for_ever()
    {
        Fill(1, 2_000_000);
        using var server = await PyFtpAsync();
        await using var store = Store(server.Port, o => o with { Timeout = TimeSpan.FromMilliseconds(500) });
        await FetchAsync(store, [Object(server.Port, 0)]);
        server.Send(Signal.Stop);

        var told = await Assert.ThrowsAsync<PacsException>(() =>
            FetchAsync(store, [Object(server.Port, 0)], Quick with { Retries = 1, IdleLimit = TimeSpan.FromMilliseconds(500) }));

        Assert.Equal(PacsFailure.Unavailable, told.Failure);
        server.Send(Signal.Continue);
        Assert.Single((await FetchAsync(store, [Object(server.Port, 0)])).Received);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1:PORT/../etc/passwd")]
    [InlineData("ftp://127.0.0.1:PORT/a/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("ftp://127.0.0.1:PORT/0.dcm%0d%0aDELE%200.dcm")]
    [InlineData("ftp://127.0.0.1:PORT/private/0.dcm")]
    [InlineData("ftp://elsewhere:PORT/pub/0.dcm")]
    [InlineData("ftp://127.0.0.1/pub/0.dcm")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp:")]
    public async Task Addresses_out_of_the_declared_server_and_folders_are_refused(string location)
    {
        var port = LocalPorts.Next();
        await using var store = Store(port, o => o with { Roots = ["/pub/", "/a"] });

        var refused = await Assert.ThrowsAsync<ObjectStoreException>(() =>
            store.OpenAsync(location.Replace("PORT", $"{port}", StringComparison.Ordinal), 0, Token));

        Assert.Equal(ObjectStoreFailure.Refused, refused.Failure);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Vsftpd_is_read_in_the_clear_and_encrypted(bool isEncrypted)
    {
        var contents = Fill(10, 300_000);
        var (certificate, sha256) = FtpServers.Certificate(_spooled.Root);
        using var server = await FtpServers.VsftpdAsync(_served.Root, _spooled.Root, isEncrypted ? certificate : null);
        await using var store = new FtpObjectStore(
            new FtpStoreOptions { Host = "localhost", Port = server.Port, Password = "nobody@example.org", UsesTls = isEncrypted, CertificateSha256 = sha256 }, TimeProvider.System);

        var (received, missing) = await FetchAsync(store, [.. Enumerable.Range(0, 11).Select(i => Instance($"1.{i}", FtpLocation.Of("localhost", server.Port, $"/pub/{i}.dcm")))]);

        Assert.Equal(["1.10: There is no such file, or the account must not read it (550)."], missing.Select(m => $"{m.Object.Id}: {m.Reason}"));
        Assert.Equal(contents.Order(StringComparer.Ordinal), received.Values.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Entering Extended Passive Mode (|||6446|)", 6446)]
    [InlineData("ok (!!!21!)", 21)]
    public void Ports_of_EPSV_are_read(string text, int port)
    {
        Assert.True(PassivePort.TryParseExtended(text, out var read));
        Assert.Equal(port, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("(")]
    [InlineData("(|||)")]
    [InlineData("(|||x|)")]
    [InlineData("(|||99999|)")]
    [InlineData("(|||0|)")]
    public void What_is_no_answer_to_EPSV_is_none(string text) => Assert.False(PassivePort.TryParseExtended(text, out _));

    [Theory]
    [InlineData("Entering Passive Mode (127,0,0,1,25,46).", 6446)]
    [InlineData("=10,0,0,7,0,21", 21)]
    public void Ports_of_PASV_are_read(string text, int port)
    {
        Assert.True(PassivePort.TryParse(text, out var read));
        Assert.Equal(port, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("(127,0,0,1,25)")]
    [InlineData("(127,0,0,1,256,1)")]
    [InlineData("(127,0,0,1,0,0)")]
    [InlineData("(a,b,c,d,e,f)")]
    public void What_is_no_answer_to_PASV_is_none(string text) => Assert.False(PassivePort.TryParse(text, out _));

    private static StudyObject Instance(string id, string location) => new() { Id = id, Kind = StudyObjectKind.Instance, Location = location };

    private static StudyObject Object(int port, int i) => Instance($"1.{i}", FtpLocation.Of("127.0.0.1", port, $"/pub/{i}.dcm"));

    private async Task<(Dictionary<string, string> Received, IReadOnlyList<MissingObject> Missing)> FetchAsync(
        FtpObjectStore store, IReadOnlyList<StudyObject> wanted, LocatedFetcherOptions? options = null)
    {
        var received = new Dictionary<string, string>(StringComparer.Ordinal);
        var missing = await new LocatedFetcher(store, _spool, options ?? Quick, TimeProvider.System).FetchAsync(
            Exam,
            wanted,
            async (fetched, token) =>
            {
                await using var content = fetched.Content.OpenRead();
                var sha256 = Convert.ToHexString(await SHA256.HashDataAsync(content, token));
                lock (received)
                    received.Add(fetched.Object.Id, sha256);
            },
            Token);
        return (received, missing);
    }

    /// <summary>Puts instances on the server; answers the SHA-256 of each file.</summary>
    private List<string> Fill(int count, int pixels)
    {
        var contents = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var bytes = new Instances { Instance = $"1.{i}", Pixels = pixels, Shade = (byte)i }.Bytes();
            _served.Put($"pub/{i}.dcm", bytes);
            contents.Add(Convert.ToHexString(SHA256.HashData(bytes)));
        }

        return contents;
    }

    private Task<Peer> PyFtpAsync(params string[] settings) => FtpServers.PyFtpAsync(_served.Root, _spooled.At("log"), settings);

    private static FtpObjectStore Store(int port, Func<FtpStoreOptions, FtpStoreOptions>? change = null)
    {
        var options = new FtpStoreOptions { Host = "127.0.0.1", Port = port, User = FtpServers.User, Password = FtpServers.Password, Timeout = TimeSpan.FromSeconds(20) };
        return new FtpObjectStore(change is null ? options : change(options), TimeProvider.System);
    }
}
