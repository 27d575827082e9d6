using MedStreams.Dicom.Network.Dimse;

namespace MedStreams.Dicom.Network.Services;

/// <summary>C-STORE as user (PS3.7 section 9.1.1).</summary>
public static class StoreService
{
    /// <summary>Sends the instance of a DICOM file (PS3.10), without its meta information.</summary>
    /// <param name="association">The association.</param>
    /// <param name="sopClass">Its SOP class.</param>
    /// <param name="sopInstance">Its UID.</param>
    /// <param name="file">The file, seekable, at its beginning; stays open.</param>
    /// <param name="cancellationToken">Ends the sending, and with it the association.</param>
    /// <returns>What the peer answered; look at it, since a failure is no exception here.</returns>
    /// <exception cref="DicomNetworkException">As of <see cref="StoreAsync"/>.</exception>
    /// <exception cref="DicomException">It is no DICOM file; nothing was sent.</exception>
    public static async Task<DimseStatus> StoreFileAsync(
        this DicomAssociation association, string sopClass, string sopInstance, Stream file, CancellationToken cancellationToken = default)
    {
        var syntax = await DicomFile.SkipToDataSetAsync(file, cancellationToken);
        return await association.StoreAsync(sopClass, sopInstance, syntax, file, cancellationToken);
    }

    /// <summary>
    /// Sends an instance, byte for byte: needs a context of its class in its own transfer syntax. Memory stays flat, whatever its length.
    /// </summary>
    /// <param name="association">The association.</param>
    /// <param name="sopClass">Its SOP class.</param>
    /// <param name="sopInstance">Its UID.</param>
    /// <param name="syntax">How its data set is written.</param>
    /// <param name="dataSet">Its data set, without meta information, from where it stands to its end; stays open.</param>
    /// <param name="cancellationToken">Ends the sending, and with it the association.</param>
    /// <returns>What the peer answered; look at it, since a failure is no exception here.</returns>
    /// <exception cref="DicomNetworkException">
    /// <see cref="DicomNetworkError.ContextRefused"/>: the peer does not take this class in this transfer syntax; nothing was sent.
    /// <see cref="DicomNetworkError.NotSendable"/>: the data set has an odd length; nothing was sent where that is known before. Else the association is over.
    /// </exception>
    public static async Task<DimseStatus> StoreAsync(
        this DicomAssociation association, string sopClass, string sopInstance, TransferSyntax syntax, Stream dataSet, CancellationToken cancellationToken = default)
    {
        using var _ = association.Begin();
        var context = association.Context(sopClass, syntax);
        if (dataSet.CanSeek && !syntax.IsDeflated && (dataSet.Length - dataSet.Position) % 2 == 1)
            throw DimseChannel.OddLength();
        var id = association.NextMessageId();
        var request = new CommandSet
        {
            AffectedClass = sopClass,
            Field = CommandField.StoreRequest,
            MessageId = id,
            Priority = 0,
            HasDataSet = true,
            AffectedInstance = sopInstance,
        };
        await association.Channel.SendAsync(context.Id, request, dataSet, cancellationToken, padsOdd: syntax.IsDeflated);
        return (await association.ReceiveResponseAsync(id, CommandField.StoreResponse, cancellationToken)).Command.Status;
    }
}
