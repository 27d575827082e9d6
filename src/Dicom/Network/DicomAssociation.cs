using MedStreams.Dicom.Network.Dimse;
using MedStreams.Dicom.Network.Pdus;
using MedStreams.Dicom.Network.Services;
using MedStreams.Dicom.Network.Transport;

namespace MedStreams.Dicom.Network;

/// <summary>
/// An association (PS3.8 section 7): one operation at a time, since hardly a peer grants more; use several associations to work in parallel. After an exception that
/// is neither a status nor a refused context, and after a cancellation within a message, it is over. Not thread-safe.
/// </summary>
public sealed class DicomAssociation : IAsyncDisposable
{
    private readonly DicomNetworkOptions _options;
    private readonly RequestDispatcher? _requests;
    private readonly bool _isProvider;
    private int _isBusy;
    private ushort _messageId;

    internal DicomAssociation(
        DimseChannel channel,
        string callingAe,
        string calledAe,
        IReadOnlyList<PresentationContext> contexts,
        IReadOnlyList<RefusedContext> refused,
        UserInformation peer,
        DicomNetworkOptions options,
        RequestDispatcher? requests,
        bool isProvider = false)
    {
        (Channel, CallingAe, CalledAe, Contexts, Refused) = (channel, callingAe, calledAe, contexts, refused);
        (PeerMaxPduLength, PeerImplementation) = (peer.MaxLength, peer.ImplementationVersion);
        (_options, _requests, _isProvider) = (options, requests, isProvider);
    }

    /// <summary>The title of the side that opened it.</summary>
    public string CallingAe { get; }

    /// <summary>The title that was called.</summary>
    public string CalledAe { get; }

    /// <summary>The title of the other side.</summary>
    public string PeerAe => _isProvider ? CallingAe : CalledAe;

    /// <summary>What was agreed on.</summary>
    public IReadOnlyList<PresentationContext> Contexts { get; }

    /// <summary>What the peer did not agree to.</summary>
    public IReadOnlyList<RefusedContext> Refused { get; }

    /// <summary>The longest P-DATA-TF that the peer takes; 0: any.</summary>
    public long PeerMaxPduLength { get; }

    /// <summary>The name of the peer's implementation; empty where it told none.</summary>
    public string PeerImplementation { get; }

    /// <summary>Whether nothing more can be exchanged.</summary>
    public bool IsOver => Channel.Pdus.IsOver;

    internal DimseChannel Channel { get; }

    internal DicomNetworkOptions Options => _options;

    /// <summary>Opens an association as user.</summary>
    /// <param name="peer">With whom.</param>
    /// <param name="contexts">What for, at most <see cref="ContextPlan.MaxContexts"/>.</param>
    /// <param name="options">How this side behaves.</param>
    /// <param name="handlers">What answers requests of the peer on this association; null: they are refused.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="DicomNetworkException">No connection, rejected, aborted, or silent; the message says which, and why.</exception>
    /// <exception cref="ArgumentException">No or too many contexts, or an option out of its range.</exception>
    public static async Task<DicomAssociation> OpenAsync(
        DicomPeer peer, IReadOnlyList<ContextRequest> contexts, DicomNetworkOptions options, DicomHandlers? handlers = null, CancellationToken cancellationToken = default)
    {
        options.Validate();
        DicomNetworkOptions.CheckAeTitle(peer.AeTitle);
        var request = Requesting.Request(peer, contexts, options);
        var pdus = new PduChannel(await Wire.ConnectAsync(peer, options, cancellationToken), options);
        try
        {
            await pdus.WriteAsync(PduWriter.Write(request), cancellationToken);
            var accept = Requesting.Read(await pdus.ReadPduAsync(options.AssociationTimeout, cancellationToken), peer);
            var (accepted, refused) = Requesting.Match(request, accept);
            return new DicomAssociation(
                new DimseChannel(pdus, accept.User.MaxLength), options.AeTitle, peer.AeTitle, accepted, refused, accept.User, options, handlers is null ? null : new RequestDispatcher(handlers));
        }
        catch (DicomNetworkException e) when (e.Error == DicomNetworkError.Protocol)
        {
            await pdus.AbortAsync(Abort.InvalidParameter);
            await pdus.DisposeAsync();
            throw;
        }
        catch
        {
            await pdus.DisposeAsync();
            throw;
        }
    }

    /// <summary>The agreed context of a class in exactly this transfer syntax.</summary>
    /// <exception cref="DicomNetworkException">There is none; the message says why.</exception>
    public PresentationContext Context(string sopClass, TransferSyntax syntax) =>
        Contexts.FirstOrDefault(c => c.SopClass == sopClass && c.Syntax.Uid == syntax.Uid) ?? throw Refusal(sopClass, syntax);

    /// <summary>An agreed context of a class, in whichever transfer syntax.</summary>
    /// <exception cref="DicomNetworkException">There is none; the message says why.</exception>
    public PresentationContext Context(string sopClass) => Contexts.FirstOrDefault(c => c.SopClass == sopClass) ?? throw Refusal(sopClass, null);

    /// <summary>Ends the association in order.</summary>
    /// <exception cref="DicomNetworkException">The peer did not agree in time, or the connection was lost.</exception>
    public async Task ReleaseAsync(CancellationToken cancellationToken = default)
    {
        if (IsOver)
            return;
        using var _ = Begin();
        await Channel.SkipDataSetAsync(cancellationToken);
        await Channel.Pdus.WriteAsync(PduWriter.ReleaseRequest(), cancellationToken);
        var (type, _) = await Channel.Pdus.ReadPduAsync(_options.AssociationTimeout, cancellationToken);
        if (type == PduType.ReleaseRequest)
        {
            // Both asked at once (PS3.8 section 9.2.2): the side that opened it answers first.
            await Channel.Pdus.WriteAsync(PduWriter.ReleaseReply(), cancellationToken);
            (type, var __) = await Channel.Pdus.ReadPduAsync(_options.AssociationTimeout, cancellationToken);
        }

        Channel.Pdus.Close();
        if (type is not (PduType.ReleaseReply or PduType.Abort))
            throw DicomNetworkException.Unexpected($"{type.Name()} came instead of an answer to A-RELEASE-RQ.");
    }

    /// <summary>Ends the association at once.</summary>
    public Task AbortAsync() => Channel.Pdus.AbortAsync(Abort.ByUser);

    /// <summary>Ends it, by an abort where it was not released.</summary>
    public async ValueTask DisposeAsync()
    {
        await AbortAsync();
        await Channel.DisposeAsync();
    }

    /// <summary>Agrees to the association's end, which the peer has asked for.</summary>
    internal async Task AnswerReleaseAsync(CancellationToken cancellationToken)
    {
        await Channel.Pdus.WriteAsync(PduWriter.ReleaseReply(), cancellationToken);
        Channel.Pdus.Close();
    }

    internal ushort NextMessageId() => ++_messageId == 0 ? ++_messageId : _messageId;

    /// <summary>Begins an operation.</summary>
    /// <exception cref="InvalidOperationException">Another one is under way.</exception>
    internal Operation Begin()
    {
        if (Interlocked.Exchange(ref _isBusy, 1) == 1)
            throw new InvalidOperationException("Another operation is under way on this association.");
        return new Operation(this);
    }

    /// <summary>Receives the next response to a message; requests that come before it are answered.</summary>
    /// <exception cref="DicomNetworkException">Something else came, or nothing.</exception>
    internal async ValueTask<DimseMessage> ReceiveResponseAsync(ushort messageId, CommandField field, CancellationToken cancellationToken)
    {
        while (true)
        {
            var message = await ReceiveAsync(_options.ResponseTimeout, cancellationToken)
                ?? throw await Channel.FaultAsync("The peer asked for the association's end instead of giving a response.");
            if (!message.Command.IsResponse)
                continue;
            if (message.Command.Field != field || message.Command.RespondsTo != messageId)
                throw await Channel.FaultAsync($"A response came that answers nothing: {message.Command.Field} to message {message.Command.RespondsTo}.");
            return message;
        }
    }

    /// <summary>Receives the next message, and answers it where it is a request; null when the peer asked for the association's end.</summary>
    internal async ValueTask<DimseMessage?> ReceiveAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        var message = await Channel.ReceiveAsync(wait, cancellationToken);
        if (message is null)
            return null;
        if (!Contexts.Any(c => c.Id == message.ContextId))
            throw await Channel.FaultAsync($"A message came in presentation context {message.ContextId}, which was not agreed on.");
        if (message.Command.IsResponse)
            return message;
        try
        {
            await (_requests ?? RequestDispatcher.None).AnswerAsync(this, message, cancellationToken);
            return message;
        }
        catch (DicomNetworkException e) when (e.Error == DicomNetworkError.Protocol)
        {
            await Channel.Pdus.AbortAsync(Abort.InvalidParameter);
            throw;
        }
    }

    private DicomNetworkException Refusal(string sopClass, TransferSyntax? syntax)
    {
        var refused = Refused.FirstOrDefault(r => r.SopClass == sopClass && (syntax is null || r.Syntax.Uid == syntax.Uid));
        var what = syntax is null ? sopClass : $"{sopClass} in transfer syntax {syntax.Uid}";
        return new DicomNetworkException(
            DicomNetworkError.ContextRefused,
            refused is null ? $"{what} was not proposed on this association." : $"{CalledAe} refused {what}: {refused.Reason}.",
            isTransient: false);
    }

    internal readonly struct Operation(DicomAssociation association) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref association._isBusy, 0);
    }
}
