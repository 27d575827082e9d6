namespace MedStreams.Dicom.Network.Dimse;

/// <summary>A message that came.</summary>
/// <param name="ContextId">The presentation context it came in.</param>
/// <param name="Command">Its command.</param>
/// <param name="DataSet">Its data set, as it comes; null where it has none. Valid until the next message is received.</param>
internal sealed record DimseMessage(byte ContextId, CommandSet Command, DataSetStream? DataSet);
