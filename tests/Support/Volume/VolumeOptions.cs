namespace MedStreams.Support.Volume;

/// <summary>How much is generated, and of what. The same options give the same bytes.</summary>
internal sealed record VolumeOptions
{
    /// <summary>At least so many instances; studies are not cut.</summary>
    public int Instances { get; init; } = 5_000;

    /// <summary>Another seed, other studies: their UIDs differ too.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The first day of examinations.</summary>
    public DateOnly FirstDay { get; init; } = new(2019, 12, 20);

    /// <summary>On how many days.</summary>
    public int Days { get; init; } = 30;

    /// <summary>How many bytes of pixels an ordinary image has.</summary>
    public int PixelBytes { get; init; } = 2_048;

    /// <summary>How many bytes of pixels a film has: one in every sixtieth study.</summary>
    public int FilmBytes { get; init; } = 3 << 20;

    /// <summary>
    /// Whether some data sets hold what programs write differently without changing what it says: group lengths and sequences of undefined length. They do not come out
    /// of DCMTK and Orthanc byte for byte.
    /// </summary>
    public bool HasRecodables { get; init; }
}
