namespace MedStreams.Sources.Pacs.S3;

/// <summary>Which object storage is read, and how.</summary>
public sealed record S3StoreOptions
{
    /// <summary>The buckets that may be read; at least one.</summary>
    public required IReadOnlyList<string> Buckets { get; init; }

    /// <summary>Where the storage answers, such as <c>http://10.0.0.5:9000</c>; null: at Amazon, in <see cref="Region"/>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region that requests are signed for. Default <c>us-east-1</c>, which storage of other makers takes.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>The access key; null: found as the SDK does, in the environment or the machine's role.</summary>
    public string? AccessKey { get; init; }

    /// <summary>The secret key that goes with <see cref="AccessKey"/>.</summary>
    public string? SecretKey { get; init; }

    /// <summary>Whether the bucket stands in the path rather than in the host's name; default: where an endpoint is set.</summary>
    public bool? UsesPathStyle { get; init; }

    /// <summary>How often a request is repeated that the storage asks to slow down for, or fails on its side, at least 0. Default 5, with growing pauses.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>How long the beginning of an answer may take. Default 1 minute.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);
}
