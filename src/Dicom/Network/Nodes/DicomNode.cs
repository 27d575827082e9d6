using MedStreams.Dicom.Pacs;

namespace MedStreams.Dicom.Network.Nodes;

/// <summary>A DICOM node that is worked with: a bounded number of associations at a time, each opened for what it is needed for. Safe for several threads.</summary>
public sealed class DicomNode : IDisposable
{
    private readonly SemaphoreSlim _room;

    /// <summary>A node.</summary>
    /// <param name="name">What it is called in reports and logs; no secret.</param>
    /// <param name="peer">Where it is.</param>
    /// <param name="options">How this side behaves.</param>
    /// <param name="maxAssociations">How many associations there may be at once; at least 1. Orthanc serves 4 in all unless told otherwise.</param>
    public DicomNode(string name, DicomPeer peer, DicomNetworkOptions options, int maxAssociations = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxAssociations, 1);
        options.Validate();
        (Name, Peer, Options, MaxAssociations) = (name, peer, options, maxAssociations);
        _room = new SemaphoreSlim(maxAssociations, maxAssociations);
    }

    /// <summary>What it is called in reports and logs.</summary>
    public string Name { get; }

    /// <summary>Where it is.</summary>
    public DicomPeer Peer { get; }

    /// <summary>How this side behaves.</summary>
    public DicomNetworkOptions Options { get; }

    /// <summary>How many associations there may be at once.</summary>
    public int MaxAssociations { get; }

    /// <summary>Works on an association of its own, released afterwards.</summary>
    /// <typeparam name="T">What comes of it.</typeparam>
    /// <param name="contexts">What it is for.</param>
    /// <param name="handlers">What answers the node's requests on it; null: they are refused.</param>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">Ends the waiting and the opening; the work is to heed it itself.</param>
    /// <exception cref="PacsException">The node did not answer, or refused.</exception>
    public async Task<T> UseAsync<T>(
        IReadOnlyList<ContextRequest> contexts, DicomHandlers? handlers, Func<DicomAssociation, Task<T>> work, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        try
        {
            await using var association = await DicomAssociation.OpenAsync(Peer, contexts, Options, handlers, cancellationToken);
            var result = await work(association);
            await ReleaseAsync(association, cancellationToken);
            return result;
        }
        catch (DicomNetworkException e)
        {
            throw e.ToPacs(Name);
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>Ends what waits for room no more; associations under way end by themselves.</summary>
    public void Dispose() => _room.Dispose();

    /// <summary>The work is done: a peer that does not part in order changes nothing about that.</summary>
    private static async Task ReleaseAsync(DicomAssociation association, CancellationToken cancellationToken)
    {
        try
        {
            await association.ReleaseAsync(cancellationToken);
        }
        catch (DicomNetworkException)
        {
            await association.AbortAsync();
        }
    }
}
