using System.Text;
using MedStreams.Dicom.Network.Pdus;

namespace MedStreams.Dicom.Network.Services;

/// <summary>What a user asks for in an association, and what it makes of the answer. Pure.</summary>
internal static class Requesting
{
    public static AssociateRequest Request(DicomPeer peer, IReadOnlyList<ContextRequest> contexts, DicomNetworkOptions options)
    {
        if (contexts.Count is 0 or > ContextPlan.MaxContexts)
            throw new ArgumentException($"An association has 1 to {ContextPlan.MaxContexts} presentation contexts; these are {contexts.Count}.", nameof(contexts));
        return new AssociateRequest(
            peer.AeTitle,
            options.AeTitle,
            [.. contexts.Select((c, i) => new ProposedContext((byte)((2 * i) + 1), c.SopClass, [c.Syntax.Uid]))],
            new UserInformation
            {
                MaxLength = options.MaxPduLength,
                ImplementationClass = options.Implementation.ClassUid,
                ImplementationVersion = options.Implementation.VersionName,
                Roles = [.. contexts.Where(c => c.IsProvider).Select(c => c.SopClass).Distinct().Select(c => new RoleSelection(c, IsUser: contexts.Any(o => o.SopClass == c && !o.IsProvider), IsProvider: true))],
                Identity = peer.User is { } user ? Identity(user) : null,
            });
    }

    /// <summary>The answer, where it is one.</summary>
    /// <exception cref="DicomNetworkException">The peer rejected or aborted, or sent something else.</exception>
    public static AssociateAccept Read((PduType Type, byte[] Body) answer, DicomPeer peer)
    {
        switch (answer.Type)
        {
            case PduType.AssociateAccept:
                return PduParser.ReadAccept(answer.Body);
            case PduType.AssociateReject:
                var reject = PduParser.ReadReject(answer.Body);
                throw new DicomNetworkException(DicomNetworkError.Rejected, $"{peer} rejected the association: {reject}.", reject.IsTransient);
            case PduType.Abort:
                throw new DicomNetworkException(
                    DicomNetworkError.Aborted, $"{peer} aborted the association before it began, {PduParser.ReadAbort(answer.Body)}.", isTransient: true);
            default:
                throw DicomNetworkException.Unexpected($"{answer.Type.Name()} came instead of an answer to A-ASSOCIATE-RQ.");
        }
    }

    /// <summary>What was agreed on, and what was not. A context without an answer counts as refused.</summary>
    /// <exception cref="DicomNetworkException">The peer accepted what was not proposed.</exception>
    public static (IReadOnlyList<PresentationContext> Accepted, IReadOnlyList<RefusedContext> Refused) Match(AssociateRequest request, AssociateAccept accept)
    {
        var accepted = new List<PresentationContext>();
        var refused = new List<RefusedContext>();
        foreach (var answer in accept.Contexts)
        {
            if (!request.Contexts.Any(c => c.Id == answer.Id))
                throw DicomNetworkException.Unexpected($"A-ASSOCIATE-AC: an answer to presentation context {answer.Id}, which was not proposed.");
        }

        foreach (var proposed in request.Contexts)
        {
            var syntax = proposed.TransferSyntaxes[0];
            var answer = accept.Contexts.FirstOrDefault(c => c.Id == proposed.Id);
            if (answer is not { Result: ContextResult.Accepted })
                refused.Add(new RefusedContext(proposed.AbstractSyntax, TransferSyntax.Of(syntax), Words(answer?.Result)));
            else if (answer.TransferSyntax != syntax)
                throw DicomNetworkException.Unexpected($"A-ASSOCIATE-AC: presentation context {answer.Id} in a transfer syntax that was not proposed.");
            else
                accepted.Add(new PresentationContext(proposed.Id, proposed.AbstractSyntax, TransferSyntax.Of(syntax)));
        }

        return (accepted, refused);
    }

    private static string Words(ContextResult? result) => result switch
    {
        ContextResult.RefusedByUser => "refused by the peer's application",
        ContextResult.AbstractSyntaxNotSupported => "the SOP class is not supported",
        ContextResult.TransferSyntaxesNotSupported => "the transfer syntax is not supported",
        null => "the peer did not answer this presentation context",
        _ => "no reason given",
    };

    private static UserIdentityItem Identity(DicomUser user) => new(
        user.Password is null ? (byte)1 : (byte)2,
        WantsAnswer: false,
        Encoding.UTF8.GetBytes(user.Name),
        user.Password is null ? ReadOnlyMemory<byte>.Empty : Encoding.UTF8.GetBytes(user.Password));
}
