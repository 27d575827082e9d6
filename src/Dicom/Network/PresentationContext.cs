namespace MedStreams.Dicom.Network;

/// <summary>What an association is wanted for: a class in one transfer syntax, so that the peer cannot choose another.</summary>
/// <param name="SopClass">The SOP class.</param>
/// <param name="Syntax">The transfer syntax.</param>
/// <param name="IsProvider">Whether this side is to be its provider, as with C-GET (PS3.7 section D.3.3.4); else its user.</param>
public sealed record ContextRequest(string SopClass, TransferSyntax Syntax, bool IsProvider = false);

/// <summary>A class and a transfer syntax that both sides agreed on.</summary>
/// <param name="Id">Its id in the association: odd, 1 to 255.</param>
/// <param name="SopClass">The SOP class.</param>
/// <param name="Syntax">The transfer syntax.</param>
public sealed record PresentationContext(byte Id, string SopClass, TransferSyntax Syntax);

/// <summary>What the peer did not agree to.</summary>
/// <param name="SopClass">The SOP class.</param>
/// <param name="Syntax">The transfer syntax.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record RefusedContext(string SopClass, TransferSyntax Syntax, string Reason);
