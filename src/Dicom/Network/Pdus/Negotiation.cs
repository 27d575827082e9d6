namespace MedStreams.Dicom.Network.Pdus;

/// <summary>A presentation context as it is proposed (PS3.8 section 9.3.2.2).</summary>
/// <param name="Id">Odd, 1 to 255.</param>
/// <param name="AbstractSyntax">The SOP class.</param>
/// <param name="TransferSyntaxes">The transfer syntaxes, at least one.</param>
internal sealed record ProposedContext(byte Id, string AbstractSyntax, IReadOnlyList<string> TransferSyntaxes);

/// <summary>What became of a proposed context (PS3.8 section 9.3.3.2).</summary>
internal enum ContextResult : byte
{
    Accepted = 0,
    RefusedByUser = 1,
    RefusedWithoutReason = 2,
    AbstractSyntaxNotSupported = 3,
    TransferSyntaxesNotSupported = 4,
}

/// <summary>The answer to a proposed context.</summary>
/// <param name="Id">That of the proposal.</param>
/// <param name="Result">What became of it.</param>
/// <param name="TransferSyntax">The chosen one; empty where it was refused.</param>
internal sealed record AnsweredContext(byte Id, ContextResult Result, string TransferSyntax);

/// <summary>Who is user and provider of a class (PS3.7 section D.3.3.4).</summary>
/// <param name="SopClass">The class.</param>
/// <param name="IsUser">Whether the proposer is, or may be, its user.</param>
/// <param name="IsProvider">Whether the proposer is, or may be, its provider.</param>
internal sealed record RoleSelection(string SopClass, bool IsUser, bool IsProvider);

/// <summary>What a class's service has to say about itself (PS3.7 section D.3.3.5).</summary>
/// <param name="SopClass">The class.</param>
/// <param name="Information">What its service defines.</param>
internal sealed record ExtendedNegotiation(string SopClass, ReadOnlyMemory<byte> Information);

/// <summary>How many operations may be under way at once (PS3.7 section D.3.3.3); 0: any number.</summary>
internal sealed record AsyncWindow(ushort Invoked, ushort Performed);

/// <summary>A user's name, alone (1) or with a password (2), or a ticket of another kind (PS3.7 section D.3.3.7).</summary>
internal sealed record UserIdentityItem(byte Kind, bool WantsAnswer, ReadOnlyMemory<byte> Primary, ReadOnlyMemory<byte> Secondary);

/// <summary>What both sides say about themselves (PS3.7 section D.3.3). What is not known there is passed over, as PS3.8 section 9.3.1 wants.</summary>
internal sealed record UserInformation
{
    /// <summary>The longest P-DATA-TF that is taken, without its own header's six bytes; 0: any.</summary>
    public uint MaxLength { get; init; }

    public string ImplementationClass { get; init; } = "";

    public string ImplementationVersion { get; init; } = "";

    public AsyncWindow? Window { get; init; }

    public IReadOnlyList<RoleSelection> Roles { get; init; } = [];

    public IReadOnlyList<ExtendedNegotiation> Extended { get; init; } = [];

    /// <summary>Of a request.</summary>
    public UserIdentityItem? Identity { get; init; }

    /// <summary>Of an answer; null: the user's name was not looked at, or no answer was wanted.</summary>
    public ReadOnlyMemory<byte>? IdentityAnswer { get; init; }
}
