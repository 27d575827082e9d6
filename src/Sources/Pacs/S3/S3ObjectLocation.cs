namespace MedStreams.Sources.Pacs.S3;

/// <summary>Addresses of objects in object storage: <c>s3://bucket/key</c>, the parts of the key percent-encoded. Pure.</summary>
public static class S3ObjectLocation
{
    private const string Prefix = "s3://";

    /// <summary>The address of an object.</summary>
    public static string Of(string bucket, string key) => $"{Prefix}{bucket}/{string.Join('/', key.Split('/').Select(Uri.EscapeDataString))}";

    /// <summary>Bucket and key of an address; false where it is none.</summary>
    public static bool TryParse(string location, out string bucket, out string key)
    {
        (bucket, key) = ("", "");
        if (!location.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return false;
        var slash = location.IndexOf('/', Prefix.Length);
        if (slash <= Prefix.Length || slash == location.Length - 1)
            return false;
        (bucket, key) = (location[Prefix.Length..slash], string.Join('/', location[(slash + 1)..].Split('/').Select(Uri.UnescapeDataString)));
        return true;
    }
}
