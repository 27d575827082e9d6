using MedStreams.Dicom.Network.Dimse;

namespace MedStreams.Dicom.Network.Services;

/// <summary>C-ECHO as user (PS3.7 section 9.1.5).</summary>
public static class EchoService
{
    /// <summary>Asks whether the peer is there; needs a context of <see cref="Uids.Verification"/>.</summary>
    /// <exception cref="DicomNetworkException">It is not, or does not say so.</exception>
    public static async Task EchoAsync(this DicomAssociation association, CancellationToken cancellationToken = default)
    {
        using var _ = association.Begin();
        var context = association.Context(Uids.Verification);
        var id = association.NextMessageId();
        var request = new CommandSet { AffectedClass = Uids.Verification, Field = CommandField.EchoRequest, MessageId = id, HasDataSet = false };
        await association.Channel.SendAsync(context.Id, request, null, cancellationToken);
        var response = await association.ReceiveResponseAsync(id, CommandField.EchoResponse, cancellationToken);
        if (!response.Command.Status.IsDone)
            throw DicomNetworkException.Failed("C-ECHO", response.Command.Status);
    }
}
