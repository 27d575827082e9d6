namespace MedStreams.Dicom.Pacs.Inspecting;

/// <summary>How a source is looked through.</summary>
public sealed record InspectionOptions
{
    /// <summary>A folder for what does not fit into memory: some 120 bytes for each object; removed afterwards.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>How many studies are collected at a time, at least 1. Default 4.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>How many records are asked for at a time, at least 1. Default 200.</summary>
    public int PageSize { get; init; } = 200;

    /// <summary>How many findings of each kind are kept; all are counted. Default 1,000.</summary>
    public int KeptOfEachKind { get; init; } = 1000;

    /// <summary>After how many studies in a row that could not be collected the looking ends. Default 20.</summary>
    public int MostFailures { get; init; } = 20;
}
