namespace MedStreams.Sources.Pacs.Located;

/// <summary>How objects are fetched from their addresses.</summary>
public sealed record LocatedFetcherOptions
{
    /// <summary>How many objects of a study are fetched at a time, at least 1. Default 4.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>How often a reading that was cut is taken up again without a byte between, at least 0. Default 4.</summary>
    public int Retries { get; init; } = 4;

    /// <summary>How long the first of them waits; each further one twice as long. Default 250 ms.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>After how long without a byte a reading counts as cut. Default 1 minute.</summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Whether an instance is taken although its data set names another study than the record that led to it. Default not: it would go to that other study.
    /// </summary>
    public bool TakesOtherStudies { get; init; }

    internal bool IsValid => Parallel >= 1 && Retries >= 0 && RetryDelay >= TimeSpan.Zero && IdleLimit > TimeSpan.Zero;
}
