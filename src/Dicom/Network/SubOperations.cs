namespace MedStreams.Dicom.Network;

/// <summary>How far the sub-operations of a C-MOVE or a C-GET have come (PS3.7 section 9.1.3 and 9.1.4).</summary>
/// <param name="Remaining">How many are still to come; null where the peer does not say.</param>
/// <param name="Completed">How many instances went over.</param>
/// <param name="Failed">How many could not.</param>
/// <param name="Warning">How many went over with a remark.</param>
public readonly record struct SubOperations(int? Remaining, int Completed, int Failed, int Warning)
{
    /// <summary>How many went over.</summary>
    public int Done => Completed + Warning;
}
