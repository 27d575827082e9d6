using MedStreams.Dicom.Pacs.Verifying;

namespace MedStreams.Sinks.Pacs;

/// <summary>How a DICOMweb service is filled.</summary>
public sealed record StowTargetOptions
{
    /// <summary>What is done about other content under a known UID. Default: it fails.</summary>
    public ConflictPolicy Conflicts { get; init; } = ConflictPolicy.Fail;

    /// <summary>When what the target holds under a UID is the same object. Default: byte for byte.</summary>
    public ObjectEquality Equality { get; init; }

    /// <summary>How many objects go in one request at most; they are those that wait at the same time. Default 16; 1 to 1,000.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>From how many bytes on a request takes no further object. Default 64 MiB.</summary>
    public long BatchBytes { get; init; } = 64 << 20;

    /// <summary>How many requests of one study are under way at once. Default 4.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>How long a service may take until it lists what it has stored. Default 30 s.</summary>
    public TimeSpan ListingDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What measures time. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
