using System.Net.Sockets;
using MedStreams.Dicom.Network.Dimse;
using MedStreams.Dicom.Network.Pdus;
using MedStreams.Dicom.Network.Transport;

namespace MedStreams.Dicom.Network.Services;

/// <summary>One association of a server, from the connection to its end.</summary>
internal sealed class ServedAssociation(
    Socket socket, DicomServerOptions options, DicomHandlers handlers, CommitmentReporter? reporter, bool isOneTooMany) : IDisposable
{
    private readonly CancellationTokenSource _abort = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private bool _isDisposed;

    /// <summary>Serves it. Never throws: what goes wrong is told to the handler of faults.</summary>
    public async Task RunAsync()
    {
        try
        {
            await using var pdus = new PduChannel(await Wire.AcceptAsync(socket, options.Tls, options.Network, _abort.Token), options.Network);
            if (await BeginAsync(pdus) is { } association)
            {
                await using var _ = association;
                await ServeAsync(association);
            }
        }
        catch (Exception e) when (e is DicomNetworkException or SocketException or IOException)
        {
            handlers.OnFault?.Invoke(e);
        }
        catch (OperationCanceledException) when (_abort.IsCancellationRequested || _stop.IsCancellationRequested)
        {
            // The server stops.
        }
        finally
        {
            socket.Close();
        }
    }

    /// <summary>Once it has run.</summary>
    public void Dispose()
    {
        lock (_gate)
            _isDisposed = true;
        _abort.Dispose();
        _stop.Dispose();
        socket.Dispose();
    }

    /// <summary>Ends it before the next request; at once where none is under way.</summary>
    public void Stop() => Cancel(_stop);

    /// <summary>Ends it now.</summary>
    public void Abort() => Cancel(_abort);

    private void Cancel(CancellationTokenSource source)
    {
        lock (_gate)
        {
            if (!_isDisposed)
                source.Cancel();
        }
    }

    private async Task<DicomAssociation?> BeginAsync(PduChannel pdus)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, _abort.Token);
        var (type, body) = await pdus.ReadPduAsync(options.Network.AssociationTimeout, either.Token);
        if (type != PduType.AssociateRequest)
        {
            await pdus.AbortAsync(Pdus.Abort.UnexpectedPdu);
            throw DicomNetworkException.Unexpected($"{type.Name()} came instead of A-ASSOCIATE-RQ.");
        }

        if (!PduParser.IsVersionKnown(body))
            return await RejectAsync(pdus, AssociateReject.ProtocolVersionNotSupported);
        AssociateRequest request;
        string applicationContext;
        try
        {
            request = PduParser.ReadRequest(body, out applicationContext);
        }
        catch (DicomNetworkException)
        {
            await pdus.AbortAsync(Pdus.Abort.InvalidParameter);
            throw;
        }

        if (isOneTooMany)
            return await RejectAsync(pdus, AssociateReject.LocalLimitExceeded);
        if (Accepting.Check(request, applicationContext, options) is { } reject)
            return await RejectAsync(pdus, reject);
        var accept = Accepting.Answer(request, options, handlers);
        await pdus.WriteAsync(PduWriter.Write(accept), either.Token);
        return new DicomAssociation(
            new DimseChannel(pdus, request.User.MaxLength),
            request.CallingAe,
            request.CalledAe,
            Accepting.Accepted(request, accept),
            [],
            request.User,
            options.Network,
            new RequestDispatcher(handlers) { OnCommitment = reporter is null ? null : reporter.ReportAsync },
            isProvider: true);
    }

    private async Task<DicomAssociation?> RejectAsync(PduChannel pdus, AssociateReject reject)
    {
        await pdus.WriteAsync(PduWriter.Write(reject), _abort.Token);
        throw new DicomNetworkException(DicomNetworkError.Rejected, $"An association was rejected here: {reject}.", reject.IsTransient);
    }

    private async Task ServeAsync(DicomAssociation association)
    {
        while (true)
        {
            // Only the waiting ends with the server; a message under way is finished.
            if (!await association.Channel.Pdus.WaitAsync(options.Network.ResponseTimeout, _stop.Token, _abort.Token))
            {
                await association.Channel.Pdus.AbortAsync(Pdus.Abort.ByProvider);
                return;
            }

            if (await association.ReceiveAsync(options.Network.ResponseTimeout, _abort.Token) is null)
            {
                await association.AnswerReleaseAsync(_abort.Token);
                return;
            }
        }
    }
}
