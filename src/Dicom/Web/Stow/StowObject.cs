namespace MedStreams.Dicom.Web;

/// <summary>An instance that is stored.</summary>
/// <param name="SopInstanceUid">What names it: answers are matched by it.</param>
/// <param name="OpenAsync">Opens its bytes, a DICOM file (PS3.10), from the beginning.</param>
/// <param name="Length">How many bytes they are; null where that is not known.</param>
public sealed record StowObject(string SopInstanceUid, Func<CancellationToken, ValueTask<Stream>> OpenAsync, long? Length);
