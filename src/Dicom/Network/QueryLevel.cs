namespace MedStreams.Dicom.Network;

/// <summary>The levels of Study Root queries and retrievals (PS3.4 section C.6.2).</summary>
public enum QueryLevel
{
    /// <summary>Studies.</summary>
    Study,

    /// <summary>Series of a study.</summary>
    Series,

    /// <summary>Instances of a series.</summary>
    Image,
}

/// <summary>The standard's names of levels.</summary>
public static class QueryLevels
{
    /// <summary>The value of (0008,0052).</summary>
    public static string Name(this QueryLevel level) => level switch
    {
        QueryLevel.Study => "STUDY",
        QueryLevel.Series => "SERIES",
        _ => "IMAGE",
    };
}
