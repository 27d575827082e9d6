using MedStreams.Dicom.Pacs.Verifying;

namespace MedStreams.Sinks.Pacs;

/// <summary>Whether a node has to answer for what it was sent.</summary>
public enum CommitmentPolicy
{
    /// <summary>Where it offers Storage Commitment; else its own list counts, and where it has none, its answers to C-STORE.</summary>
    WhereOffered,

    /// <summary>A node that does not offer it is refused.</summary>
    Required,

    /// <summary>It is not asked.</summary>
    Never,
}

/// <summary>How a DICOM node is filled.</summary>
public sealed record DicomTargetOptions
{
    /// <summary>What is done about other content under a known UID. Default: it fails.</summary>
    public ConflictPolicy Conflicts { get; init; } = ConflictPolicy.Fail;

    /// <summary>When what the node has counts as equal. Default: when it says the same, since many nodes write data sets anew when they send them.</summary>
    public ObjectEquality Equality { get; init; } = ObjectEquality.Content;

    /// <summary>Whether it has to answer for what it was sent. Default: where it offers that.</summary>
    public CommitmentPolicy Commitment { get; init; }

    /// <summary>How long a report may take. Default 5 min.</summary>
    public TimeSpan CommitmentTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many instances one commitment is about at most. Default 1,000; at least 1.</summary>
    public int CommitmentBatch { get; init; } = 1_000;

    /// <summary>
    /// How many associations send at a time; at least 1. With those of the <see cref="MedStreams.Dicom.Network.Nodes.DicomNode"/> they must not be more than the node serves at
    /// once, or queries wait for those that are kept: Orthanc serves 4, storescp without <c>--fork</c> one. Default 2.
    /// </summary>
    public int Parallel { get; init; } = 2;

    /// <summary>How long an association that nobody needs is kept. Default 2 s.</summary>
    public TimeSpan KeptIdle { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a node may take until it lists what it has stored. Default 30 s.</summary>
    public TimeSpan ListingDelay { get; init; } = TimeSpan.FromSeconds(30);
}
