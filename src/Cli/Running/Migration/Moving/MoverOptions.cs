using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Verifying;

namespace MedStreams.Cli.Running.Migration.Moving;

/// <summary>How steps are done. Immutable.</summary>
internal sealed record MoverOptions
{
    /// <summary>How long a call waits for its work before it answers that it continues; more than 0, below the topology's limit of a step. Default 5 s.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Most objects in a batch, from 1. Default 32.</summary>
    public int BatchObjects { get; init; } = 32;

    /// <summary>From how many bytes on, as the source tells them, a batch is full. Default 64 MiB.</summary>
    public long BatchBytes { get; init; } = 64 << 20;

    /// <summary>How closely the target is looked at (S3.10). Default <see cref="VerificationLevel.Digests"/>.</summary>
    public VerificationLevel Level { get; init; } = VerificationLevel.Digests;

    /// <summary>What counts as equal.</summary>
    public VerificationRules Rules { get; init; } = VerificationRules.Strict;

    /// <summary>After which time without a call the work for a study is given up here: it goes on elsewhere. Default 15 min.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(15);
}
