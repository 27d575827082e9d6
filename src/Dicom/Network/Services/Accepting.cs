using System.Text;
using MedStreams.Dicom.Network.Pdus;

namespace MedStreams.Dicom.Network.Services;

/// <summary>What a provider makes of a request for an association. Pure.</summary>
internal static class Accepting
{
    /// <summary>Why it is rejected; null: it is not.</summary>
    public static AssociateReject? Check(AssociateRequest request, string applicationContext, DicomServerOptions options)
    {
        if (applicationContext != Uids.ApplicationContext)
            return AssociateReject.ApplicationContextNotSupported;
        if (options.ChecksCalledAe && request.CalledAe != options.Network.AeTitle)
            return AssociateReject.CalledAeNotRecognized;
        if (options.CallingAes is { } known && !known.Contains(request.CallingAe))
            return AssociateReject.CallingAeNotRecognized;
        return options.AdmitsUser is { } admits && !admits(User(request.User.Identity)) ? AssociateReject.NoReason : null; // PS3.7 has no reason of its own for it
    }

    /// <summary>The answer to a request that is not rejected.</summary>
    public static AssociateAccept Answer(AssociateRequest request, DicomServerOptions options, DicomHandlers handlers) => new(
        request.CalledAe,
        request.CallingAe,
        [.. request.Contexts.Select(c => Answer(c, options, handlers))],
        new UserInformation
        {
            MaxLength = options.Network.MaxPduLength,
            ImplementationClass = options.Network.Implementation.ClassUid,
            ImplementationVersion = options.Network.Implementation.VersionName,
            Roles = [.. request.User.Roles.Select(r => Answer(r, handlers))],
            IdentityAnswer = request.User.Identity is { WantsAnswer: true } ? ReadOnlyMemory<byte>.Empty : null,
        });

    /// <summary>The contexts that were accepted.</summary>
    public static IReadOnlyList<PresentationContext> Accepted(AssociateRequest request, AssociateAccept accept) =>
    [
        .. accept.Contexts.Where(c => c.Result == ContextResult.Accepted).Select(c =>
            new PresentationContext(c.Id, request.Contexts.First(r => r.Id == c.Id).AbstractSyntax, TransferSyntax.Of(c.TransferSyntax))),
    ];

    private static AnsweredContext Answer(ProposedContext proposed, DicomServerOptions options, DicomHandlers handlers)
    {
        var isStorage = handlers.Store is not null && options.TakesClass(proposed.AbstractSyntax);
        var isKnown = isStorage
            || proposed.AbstractSyntax == Uids.Verification
            || (proposed.AbstractSyntax == Uids.StorageCommitment && (handlers.Commitment is not null || handlers.CommitmentReports is not null));
        if (!isKnown)
            return new AnsweredContext(proposed.Id, ContextResult.AbstractSyntaxNotSupported, proposed.TransferSyntaxes[0]);
        var taken = proposed.TransferSyntaxes.Where(s => isStorage ? options.TakesSyntax(s) : IsPlain(s)).ToList();

        // The sender's first choice is nearest to what it holds; but implicit, which all have to offer, loses the VRs.
        return taken.Count == 0
            ? new AnsweredContext(proposed.Id, ContextResult.TransferSyntaxesNotSupported, proposed.TransferSyntaxes[0])
            : new AnsweredContext(proposed.Id, ContextResult.Accepted, taken.Find(s => s != TransferSyntax.ImplicitLittleEndian.Uid) ?? taken[0]);
    }

    /// <summary>Reports on commitments come from their provider; for all else the one who calls is the user.</summary>
    private static RoleSelection Answer(RoleSelection proposed, DicomHandlers handlers) => proposed.SopClass == Uids.StorageCommitment
        ? new RoleSelection(proposed.SopClass, proposed.IsUser && handlers.Commitment is not null, proposed.IsProvider && handlers.CommitmentReports is not null)
        : new RoleSelection(proposed.SopClass, proposed.IsUser, IsProvider: false);

    private static DicomUser? User(UserIdentityItem? identity) => identity is { Kind: 1 or 2 }
        ? new DicomUser(Encoding.UTF8.GetString(identity.Primary.Span), identity.Kind == 2 ? Encoding.UTF8.GetString(identity.Secondary.Span) : null)
        : null;

    private static bool IsPlain(string syntax) => syntax == TransferSyntax.ImplicitLittleEndian.Uid || syntax == TransferSyntax.ExplicitLittleEndian.Uid;
}
