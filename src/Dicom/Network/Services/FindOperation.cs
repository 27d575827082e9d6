using MedStreams.Dicom.Network.Dimse;
using MedStreams.Dicom.Text;

namespace MedStreams.Dicom.Network.Services;

/// <summary>
/// A C-FIND under way (PS3.7 section 9.1.2): matches as they come, to be enumerated once. To stop enumerating early, or to cancel, sends C-CANCEL; the association
/// stays in use.
/// </summary>
public sealed class FindOperation : IAsyncEnumerable<DicomDataSet>
{
    private readonly DicomAssociation _association;
    private readonly DicomDataSet _identifier;
    private readonly SpecificCharacterSet? _assumed;

    internal FindOperation(DicomAssociation association, DicomDataSet identifier, SpecificCharacterSet? assumed) =>
        (_association, _identifier, _assumed) = (association, identifier, assumed);

    /// <summary>How it ended; null as long as it has not. A failure is an exception of the enumeration.</summary>
    public DimseStatus? FinalStatus { get; private set; }

    /// <summary>How many matches came.</summary>
    public int Matches { get; private set; }

    /// <summary>Whether the peer ended it by itself before all matches were told, as Orthanc does at its limit: it says "cancelled" to one who has not.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Whether the peer said that it did not look at some optional keys.</summary>
    public bool IgnoredKeys { get; private set; }

    /// <summary>Sends the request and enumerates the matches.</summary>
    /// <exception cref="DicomNetworkException">The peer does not offer it, answered with a failure, or the association is over.</exception>
    public async IAsyncEnumerator<DicomDataSet> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        using var operation = _association.Begin();
        var context = _association.Context(Uids.StudyRootFind);
        var id = _association.NextMessageId();
        var request = new CommandSet { AffectedClass = Uids.StudyRootFind, Field = CommandField.FindRequest, MessageId = id, Priority = 0, HasDataSet = true };
        await _association.Channel.SendAsync(context.Id, request, DataSets.Write(_identifier, context.Syntax), cancellationToken);
        using var cancel = new CancelScope(_association, context.Id, id, cancellationToken);
        try
        {
            while (await NextAsync(id, context, cancel) is { } match)
            {
                if (cancel.IsCancelled)
                    continue; // matches that were under way already
                Matches++;
                yield return match;
            }

            await cancel.EndAsync();
        }
        finally
        {
            if (FinalStatus is null && !_association.IsOver)
                await EndAsync(id, context, cancel);
        }

        IsCut = FinalStatus == DimseStatus.Cancelled;
        if (FinalStatus is { Kind: DimseStatusKind.Failure } failure)
            throw DicomNetworkException.Failed("C-FIND", failure);
    }

    /// <summary>The enumeration was left: the peer is asked to stop, and heard to its end.</summary>
    private async Task EndAsync(ushort id, PresentationContext context, CancelScope cancel)
    {
        cancel.Cancel();
        try
        {
            while (await NextAsync(id, context, cancel) is not null)
            {
                // Passed over: nobody wants it any more.
            }
        }
        catch (Exception e) when (e is DicomNetworkException or OperationCanceledException)
        {
            await _association.AbortAsync(); // it does not stop: then nothing more is heard of it
        }
    }

    private async ValueTask<DicomDataSet?> NextAsync(ushort id, PresentationContext context, CancelScope cancel)
    {
        var response = await _association.ReceiveResponseAsync(id, CommandField.FindResponse, cancel.Token);
        var status = response.Command.Status;
        if (status.Kind != DimseStatusKind.Pending)
        {
            await _association.Channel.SkipDataSetAsync(cancel.Token);
            FinalStatus = status;
            return null;
        }

        IgnoredKeys |= status.Code == 0xFF01;
        try
        {
            return await DataSets.ReadAsync(response, context.Syntax, _assumed, cancel.Token);
        }
        catch (DicomNetworkException)
        {
            await _association.AbortAsync();
            throw;
        }
    }
}
