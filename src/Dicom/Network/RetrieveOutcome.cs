namespace MedStreams.Dicom.Network;

/// <summary>How a C-MOVE or a C-GET ended.</summary>
/// <param name="Status">The last status.</param>
/// <param name="Counts">How many instances went over, as the peer counts.</param>
/// <param name="FailedInstances">The UIDs of those that did not, where the peer names them (0008,0058).</param>
public sealed record RetrieveOutcome(DimseStatus Status, SubOperations Counts, IReadOnlyList<string> FailedInstances)
{
    /// <summary>Whether all that was asked for went over, as far as the peer says.</summary>
    public bool IsComplete => Status.IsDone && Counts.Failed == 0 && FailedInstances.Count == 0;
}

/// <summary>What is to be retrieved.</summary>
/// <param name="StudyInstanceUid">The study.</param>
public sealed record RetrieveRequest(string StudyInstanceUid)
{
    /// <summary>The series; null: all of the study.</summary>
    public string? SeriesInstanceUid { get; init; }

    /// <summary>The instances, of that series; empty: all. Some old PACS take one at a time only.</summary>
    public IReadOnlyList<string> SopInstanceUids { get; init; } = [];

    internal DicomDataSet ToIdentifier()
    {
        var identifier = new DicomDataSet();
        var level = SopInstanceUids.Count > 0 ? QueryLevel.Image : SeriesInstanceUid is null ? QueryLevel.Study : QueryLevel.Series;
        identifier.Set(Tags.QueryRetrieveLevel, DicomVr.CS, level.Name());
        identifier.Set(Tags.StudyInstanceUid, DicomVr.UI, StudyInstanceUid);
        if (SeriesInstanceUid is { } series)
            identifier.Set(Tags.SeriesInstanceUid, DicomVr.UI, series);
        if (SopInstanceUids.Count > 0)
            identifier.Set(Tags.SopInstanceUid, DicomVr.UI, SopInstanceUids);
        return identifier;
    }
}
