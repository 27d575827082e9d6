using System.Net;
using System.Security.Cryptography;
using MedStreams.Dicom.Pacs;
using MedStreams.Local;
using MedStreams.Sources.Pacs.Located;
using MedStreams.Sources.Pacs.S3;
using MedStreams.Support.Servers;

namespace MedStreams.Sources.Tests.Pacs.S3;

/// <summary>Fetching from object storage: s3rver, and an answer machine that is too busy.</summary>
public sealed class S3ObjectStoreTests : IDisposable
{
    private static readonly ExamRecord Exam = new() { StudyInstanceUid = "1.2.3" };
    private static readonly LocatedFetcherOptions Quick = new() { RetryDelay = TimeSpan.FromMilliseconds(1), Retries = 6 };

    private readonly Folder _folder = new();
    private readonly Spool _spool;

    public S3ObjectStoreTests() => _spool = new Spool(_folder.At("spool"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task S3_7_Objects_come_whatever_their_keys_are()
    {
        using var server = await S3rverAsync();
        string[] keys = ["a/1.dcm", "放射科/王 小东.dcm", "b+c/d&e=f%20#?.dcm"];
        await server.PutAsync(keys.Select((key, i) => (key, new Instances { Instance = $"1.{i}", Pixels = 300_000, Shade = (byte)i }.Bytes())));
        using var store = Store(server.Port);

        var (received, missing) = await FetchAsync(store, [.. keys.Select((key, i) => Object($"1.{i}", "archive", key)), Object("1.9", "archive", "nothing.dcm")]);

        Assert.Equal("There is no such object.", Assert.Single(missing).Reason);
        Assert.Equal(["1.0", "1.1", "1.2"], received.Keys.Order(StringComparer.Ordinal));
        Assert.All(received, r => Assert.Equal(Convert.ToHexString(SHA256.HashData(new Instances { Instance = r.Key, Pixels = 300_000, Shade = (byte)(r.Key[2] - '0') }.Bytes())), r.Value));
    }

    [Fact]
    public async Task S3_7_A_connection_that_is_cut_again_and_again_costs_no_byte()
    {
        using var server = await S3rverAsync();
        await server.PutAsync(Enumerable.Range(0, 4).Select(i => ($"{i}.dcm", new Instances { Instance = $"1.{i}", Pixels = 700_000, Shade = (byte)i }.Bytes())));
        await using var proxy = new CuttingProxy(server.Port, cutAfter: 200_000);
        using var store = Store(proxy.Port);

        var (received, missing) = await FetchAsync(store, [.. Enumerable.Range(0, 4).Select(i => Object($"1.{i}", "archive", $"{i}.dcm"))]);

        Assert.Empty(missing);
        Assert.Equal(4, received.Count);
        Assert.True(proxy.Cuts >= 12, $"{proxy.Cuts} cuts");
    }

    [Fact]
    public async Task An_object_that_is_written_anew_between_two_cuts_is_not_pieced_together()
    {
        using var server = await S3rverAsync();
        await server.PutAsync([("x.dcm", new Instances { Instance = "1.1", Pixels = 2_000_000 }.Bytes())]);
        using var store = Store(server.Port);
        var location = S3ObjectLocation.Of("archive", "x.dcm");
        await using var stream = new ResumingStream(new Rewriting(store, server), location, Quick, TimeProvider.System);

        var told = await Assert.ThrowsAsync<ObjectStoreException>(() => stream.CopyToAsync(Stream.Null, Token));

        Assert.Equal(ObjectStoreFailure.Changed, told.Failure);
    }

    [Fact]
    public async Task A_wrong_key_a_wrong_bucket_and_a_server_that_is_away_are_told()
    {
        int port;
        using (var server = await S3rverAsync())
        {
            port = server.Port;
            await server.PutAsync([("x.dcm", new Instances().Bytes())]);
            using var wrong = Store(port, o => o with { AccessKey = "wrong" });
            var missing = Assert.Single((await FetchAsync(wrong, [Object("1.1", "archive", "x.dcm")])).Missing);
            Assert.Contains("InvalidAccessKeyId", missing.Reason, StringComparison.Ordinal);
            using var other = Store(port, o => o with { Buckets = ["other", "archive"] });
            Assert.Equal("There is no such bucket.", Assert.Single((await FetchAsync(other, [Object("1.1", "other", "x.dcm")])).Missing).Reason);
        }

        using var gone = Store(port, o => o with { Retries = 0 });
        var told = await Assert.ThrowsAsync<PacsException>(() => FetchAsync(gone, [Object("1.1", "archive", "x.dcm")], Quick with { Retries = 1 }));
        Assert.Equal(PacsFailure.Unavailable, told.Failure);
    }

    [Fact]
    public async Task A_storage_that_asks_to_slow_down_is_asked_again()
    {
        var port = LocalPorts.Next();
        using var listener = new HttpListener();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        var (asked, bytes) = (0, new Instances { Instance = "1.1" }.Bytes());
        var answering = Task.Run(
            async () =>
            {
                while (true)
                {
                    var context = await listener.GetContextAsync();
                    var answer = asked++ < 2 ? "<Error><Code>SlowDown</Code></Error>"u8.ToArray() : bytes;
                    context.Response.StatusCode = answer == bytes ? 200 : 503;
                    context.Response.Headers["ETag"] = "\"00000000000000000000000000000001-2\"";
                    context.Response.ContentLength64 = answer.Length;
                    if (context.Request.HttpMethod != "HEAD")
                        await context.Response.OutputStream.WriteAsync(answer, Token);
                    context.Response.Close();
                }
            },
            Token);
        using var store = Store(port);

        var (received, missing) = await FetchAsync(store, [Object("1.1", "archive", "x")]);

        Assert.Empty(missing);
        Assert.Single(received);
        Assert.True(asked >= 4, $"asked {asked} times");
        listener.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => answering);
    }

    [Theory]
    [InlineData("s3://secret/x")]
    [InlineData("s3://archive/")]
    [InlineData("s3://archive")]
    [InlineData("s3:///x")]
    [InlineData("file:///etc/passwd")]
    public async Task Addresses_out_of_the_declared_buckets_are_refused(string location)
    {
        using var store = Store(LocalPorts.Next());

        var refused = await Assert.ThrowsAsync<ObjectStoreException>(() => store.OpenAsync(location, 0, Token));

        Assert.Equal(ObjectStoreFailure.Refused, refused.Failure);
    }

    private static StudyObject Object(string id, string bucket, string key) => new() { Id = id, Kind = StudyObjectKind.Instance, Location = S3ObjectLocation.Of(bucket, key) };

    private static S3ObjectStore Store(int port, Func<S3StoreOptions, S3StoreOptions>? change = null)
    {
        var options = new S3StoreOptions { Buckets = ["archive"], Endpoint = new Uri($"http://127.0.0.1:{port}"), AccessKey = "S3RVER", SecretKey = "S3RVER", Retries = 3 };
        return new S3ObjectStore(change is null ? options : change(options));
    }

    private async Task<(Dictionary<string, string> Received, IReadOnlyList<MissingObject> Missing)> FetchAsync(
        S3ObjectStore store, IReadOnlyList<StudyObject> wanted, LocatedFetcherOptions? options = null)
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

    private Task<S3Server> S3rverAsync() => S3Server.StartAsync(_folder.At("s3"));

    /// <summary>Cuts each reading, and writes the object anew before it is taken up again.</summary>
    private sealed class Rewriting(S3ObjectStore store, S3Server server) : IObjectStore
    {
        public string Name => store.Name;

        public async Task<OpenedObject> OpenAsync(string location, long offset, CancellationToken cancellationToken)
        {
            if (offset > 0)
                await server.PutAsync([("x.dcm", new Instances { Instance = "1.1", Pixels = 2_000_000, Shade = 9 }.Bytes())], cancellationToken);
            var opened = await store.OpenAsync(location, offset, cancellationToken);
            var some = new byte[100_000];
            await opened.Content.ReadExactlyAsync(some, cancellationToken);
            await opened.DisposeAsync();
            return new OpenedObject(new MemoryStream(some), opened.Length, opened.Version);
        }

        public Task<string?> VersionAsync(string location, CancellationToken cancellationToken) => store.VersionAsync(location, cancellationToken);
    }
}
