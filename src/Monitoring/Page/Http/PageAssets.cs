using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace MedStreams.Monitoring.Page;

/// <summary>
/// The page's files, which are part of the program. They lie below a folder that is named by the digest of all of them, so that browsers keep them for good
/// and modules find each other by relative paths. Files of the folder <c>open</c> need no session: the log-in form is made of them.
/// </summary>
internal sealed class PageAssets
{
    private const string Prefix = "page/";
    private readonly Dictionary<string, Asset> _assets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _documents = new(StringComparer.Ordinal);

    private PageAssets()
    {
        var assembly = typeof(PageAssets).Assembly;
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            digest.AppendData(Encoding.UTF8.GetBytes(name));
            digest.AppendData(bytes);
            var path = name[Prefix.Length..].Replace('\\', '/');
            if (path.EndsWith(".html", StringComparison.Ordinal))
                _documents.Add(path, Encoding.UTF8.GetString(bytes));
            else
                _assets.Add(path, new Asset(bytes, TypeOf(path)));
        }

        Root = "/assets/" + Convert.ToHexStringLower(digest.GetHashAndReset())[..16];
    }

    /// <summary>Those of this program.</summary>
    public static PageAssets Own { get; } = new();

    /// <summary>Where the files lie, without a slash at the end.</summary>
    public string Root { get; }

    /// <summary>A document, with the folder of its files for <c>{{assets}}</c> and further values, escaped, for the names in double braces.</summary>
    public PageReply Document(string name, int status, params ReadOnlySpan<(string Name, string Value)> values)
    {
        var text = new StringBuilder(_documents[name]).Replace("{{assets}}", Root);
        foreach (var (key, value) in values)
            text.Replace("{{" + key + "}}", System.Net.WebUtility.HtmlEncode(value));
        return new PageReply(status, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Whether a file needs no session.</summary>
    public static bool IsOpen(string path) => path.StartsWith("open/", StringComparison.Ordinal);

    /// <summary>Answers with a file of the folder with this digest; false where there is none.</summary>
    public async Task<bool> TryAnswerAsync(HttpContext context, string digest, string path)
    {
        if ("/assets/" + digest != Root || !_assets.TryGetValue(path, out var asset))
            return false;
        var response = context.Response;
        response.Headers.CacheControl = "private, max-age=31536000, immutable";
        response.Headers.ETag = asset.Tag;
        response.Headers.Vary = "Accept-Encoding";
        if (context.Request.Headers.IfNoneMatch.ToString().Contains(asset.Tag, StringComparison.Ordinal))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return true;
        }

        var isPacked = context.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.OrdinalIgnoreCase) && asset.Packed.Length < asset.Bytes.Length;
        if (isPacked)
            response.Headers.ContentEncoding = "br";
        var body = isPacked ? asset.Packed : asset.Bytes;
        response.ContentType = asset.Type;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
        return true;
    }

    private static string TypeOf(string path) => Path.GetExtension(path) switch
    {
        ".js" or ".mjs" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        ".ico" => "image/x-icon",
        ".json" or ".map" => "application/json",
        ".txt" or "" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };

    private sealed class Asset(byte[] bytes, string type)
    {
        private readonly Lazy<byte[]> _packed = new(() => Pack(bytes));

        public byte[] Bytes => bytes;

        public string Type => type;

        public string Tag { get; } = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]}\"";

        public byte[] Packed => _packed.Value;

        private static byte[] Pack(byte[] bytes)
        {
            using var packed = new MemoryStream();
            using (var brotli = new BrotliStream(packed, CompressionLevel.Optimal))
                brotli.Write(bytes);
            return packed.ToArray();
        }
    }
}
