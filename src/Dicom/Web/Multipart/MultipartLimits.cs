namespace MedStreams.Dicom.Web;

/// <summary>What a multipart message may be at most: whoever sends one decides how much of it there is.</summary>
public sealed record MultipartLimits
{
    /// <summary>Bytes of one part's headers. Default 16 KiB; at least 256.</summary>
    public int HeaderBytes { get; init; } = 16 << 10;

    /// <summary>Bytes in front of the first boundary, which mean nothing. Default 64 KiB.</summary>
    public int PreambleBytes { get; init; } = 64 << 10;

    /// <summary>Parts. Default 10 million.</summary>
    public int Parts { get; init; } = 10_000_000;

    /// <summary>Bytes of one part's content. Default: no limit, since they are handed on as they come.</summary>
    public long PartBytes { get; init; } = long.MaxValue;
}
