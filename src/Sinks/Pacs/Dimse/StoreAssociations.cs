using MedStreams.Dicom;
using MedStreams.Dicom.Network;

namespace MedStreams.Sinks.Pacs;

/// <summary>
/// Associations for C-STORE, kept from study to study: each is opened for all that was needed lately, as far as it holds, so that few have to be opened. Safe for several
/// threads.
/// </summary>
internal sealed class StoreAssociations : IAsyncDisposable
{
    private readonly DicomPeer _peer;
    private readonly DicomNetworkOptions _network;
    private readonly TimeSpan _keptIdle;
    private readonly SemaphoreSlim _room;
    private readonly Lock _gate = new();
    private readonly LinkedList<(DicomAssociation Association, long Since)> _idle = new();
    private readonly LinkedList<(string SopClass, TransferSyntax Syntax)> _needed = new(); // the latest first
    private readonly ITimer _sweeper;

    public StoreAssociations(DicomPeer peer, DicomNetworkOptions network, DicomTargetOptions options)
    {
        (_peer, _network, _keptIdle) = (peer, network, options.KeptIdle);
        _room = new SemaphoreSlim(options.Parallel, options.Parallel);
        _sweeper = network.Time.CreateTimer(_ => _ = SweepAsync(), null, _keptIdle, _keptIdle);
    }

    /// <summary>Sends on an association that was opened for this class and transfer syntax. A kept one that turns out to be dead is replaced once.</summary>
    /// <exception cref="DicomNetworkException">It could not be sent.</exception>
    public async Task<DimseStatus> SendAsync(
        string sopClass, TransferSyntax syntax, Func<DicomAssociation, Task<DimseStatus>> send, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        try
        {
            Note(sopClass, syntax);
            var kept = await TakeAsync(sopClass, syntax);
            try
            {
                return await SendAsync(kept ?? await OpenAsync(cancellationToken), send);
            }
            catch (DicomNetworkException e) when (kept is not null && e.IsTransient)
            {
                return await SendAsync(await OpenAsync(cancellationToken), send);
            }
        }
        finally
        {
            _room.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _sweeper.DisposeAsync();
        foreach (var (association, _) in TakeIdle(_ => true))
            await EndAsync(association);
        _room.Dispose();
    }

    private async Task<DimseStatus> SendAsync(DicomAssociation association, Func<DicomAssociation, Task<DimseStatus>> send)
    {
        try
        {
            return await send(association);
        }
        finally
        {
            if (association.IsOver)
                await association.DisposeAsync();
            else
            {
                lock (_gate)
                    _idle.AddFirst((association, _network.Time.GetTimestamp()));
            }
        }
    }

    private Task<DicomAssociation> OpenAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return DicomAssociation.OpenAsync(
                _peer, [.. _needed.Select(n => new ContextRequest(n.SopClass, n.Syntax))], _network, cancellationToken: cancellationToken);
        }
    }

    private void Note(string sopClass, TransferSyntax syntax)
    {
        lock (_gate)
        {
            if (_needed.FirstOrDefault(n => n.SopClass == sopClass && n.Syntax.Uid == syntax.Uid) is { SopClass: not null } known)
                _needed.Remove(known);
            _needed.AddFirst((sopClass, syntax));
            if (_needed.Count > ContextPlan.MaxContexts)
                _needed.RemoveLast();
        }
    }

    /// <summary>One that was opened for this; where there is none, another one makes room for it.</summary>
    private async Task<DicomAssociation?> TakeAsync(string sopClass, TransferSyntax syntax)
    {
        DicomAssociation? fitting = null;
        DicomAssociation? other = null;
        lock (_gate)
        {
            for (var at = _idle.First; at is not null && fitting is null; at = at.Next)
            {
                if (!IsFor(at.Value.Association, sopClass, syntax))
                    continue;
                fitting = at.Value.Association;
                _idle.Remove(at);
                break;
            }

            if (fitting is null && _idle.Last is { } last)
            {
                other = last.Value.Association;
                _idle.RemoveLast();
            }
        }

        if (other is not null)
            await EndAsync(other);
        return fitting;
    }

    private static bool IsFor(DicomAssociation association, string sopClass, TransferSyntax syntax) =>
        association.Contexts.Any(c => c.SopClass == sopClass && c.Syntax.Uid == syntax.Uid)
        || association.Refused.Any(c => c.SopClass == sopClass && c.Syntax.Uid == syntax.Uid);

    private async Task SweepAsync()
    {
        foreach (var (association, _) in TakeIdle(since => _network.Time.GetElapsedTime(since) >= _keptIdle))
            await EndAsync(association);
    }

    private List<(DicomAssociation Association, long Since)> TakeIdle(Func<long, bool> which)
    {
        lock (_gate)
        {
            var taken = _idle.Where(i => which(i.Since)).ToList();
            foreach (var one in taken)
                _idle.Remove(one);
            return taken;
        }
    }

    private static async Task EndAsync(DicomAssociation association)
    {
        await using (association)
        {
            try
            {
                await association.ReleaseAsync();
            }
            catch (DicomNetworkException)
            {
                await association.AbortAsync(); // it was of no use any more, and is gone either way
            }
        }
    }
}
