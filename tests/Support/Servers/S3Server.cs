using Amazon.S3;
using Amazon.S3.Model;
using MedStreams.Local;

namespace MedStreams.Support.Servers;

/// <summary>Object storage: s3rver, which knows keys but does not check signatures of version 4 (the SDK makes them). It ends with the test.</summary>
internal sealed class S3Server : IDisposable
{
    /// <summary>The one bucket that it has.</summary>
    public const string Bucket = "archive";

    /// <summary>Access key and secret key, both.</summary>
    public const string Key = "S3RVER";

    private readonly Peer _peer;

    private S3Server(Peer peer) => _peer = peer;

    public int Port => _peer.Port;

    /// <summary>Starts it.</summary>
    /// <param name="folder">Where it keeps its objects and writes its log.</param>
    public static async Task<S3Server> StartAsync(string folder)
    {
        var program = Path.Combine(Repository.Root, ".medstreams", "node-sources", "node_modules", "s3rver", "bin", "s3rver.js");
        Assert.SkipUnless(File.Exists(program) && CommandLineTool.Find("node") is not null, "s3rver is not installed: ./medstreams test does it");
        Directory.CreateDirectory(folder);
        return new S3Server(await Peer.StartAsync(
            "node",
            port => [program, "-d", Path.Combine(folder, "data"), "-a", "127.0.0.1", "-p", $"{port}", "--configure-bucket", Bucket],
            Path.Combine(folder, "log")));
    }

    /// <summary>Puts objects into the bucket.</summary>
    public async Task PutAsync(IEnumerable<(string Key, byte[] Bytes)> objects, CancellationToken stop = default)
    {
        using var client = new AmazonS3Client(Key, Key, new AmazonS3Config { ServiceURL = $"http://127.0.0.1:{Port}", ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
        foreach (var (key, bytes) in objects)
            await client.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = key, InputStream = new MemoryStream(bytes), UseChunkEncoding = false }, stop);
    }

    public void Dispose() => _peer.Dispose();
}
