using System.Collections.Concurrent;
using System.Threading.Channels;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Dicom.Network.Nodes;

/// <summary>
/// Takes instances for one fetch: what is wanted goes into the spool, each once, and the sender is answered when it is whole there; not later, since senders wait seconds only.
/// Safe for several threads.
/// </summary>
internal sealed class Intake : IStoreHandler
{
    private readonly ConcurrentDictionary<string, StudyObject> _open;
    private readonly ConcurrentDictionary<string, string> _faults = new(StringComparer.Ordinal);
    private readonly Spool _spool;
    private readonly ChannelWriter<FetchedObject> _arrivals;

    public Intake(IReadOnlyList<StudyObject> wanted, Spool spool, ChannelWriter<FetchedObject> arrivals)
    {
        (_spool, _arrivals) = (spool, arrivals);
        _open = new ConcurrentDictionary<string, StudyObject>(wanted.Select(o => KeyValuePair.Create(o.Id, o)), StringComparer.Ordinal);
    }

    /// <summary>What has not come yet.</summary>
    public IReadOnlyList<StudyObject> Open() => [.. _open.Values];

    public bool IsOpen(string id) => _open.ContainsKey(id);

    /// <summary>Why an instance that came was not taken; null: none came.</summary>
    public string? Fault(string id) => _faults.GetValueOrDefault(id);

    public async Task<DimseStatus> StoreAsync(IncomingInstance instance, CancellationToken cancellationToken)
    {
        if (!_open.TryRemove(instance.SopInstance, out var wanted))
            return DimseStatus.Success; // it came along with the others, or came already: nobody waits for it
        try
        {
            var spooled = await SpooledInstance.ReceiveDataSetAsync(
                instance.DataSet, instance.SopClass, instance.SopInstance, instance.Syntax, _spool, cancellationToken);
            if (_arrivals.TryWrite(spooled.As(wanted)))
                return DimseStatus.Success;
            await spooled.DisposeAsync();
            return DimseStatus.OutOfResources;
        }
        catch (DicomException e)
        {
            Reopen(wanted, e.Message);
            return DimseStatus.CannotUnderstand;
        }
        catch (IOException e)
        {
            Reopen(wanted, $"It could not be kept here: {e.GetType().Name}.");
            return DimseStatus.OutOfResources;
        }
        catch
        {
            _open.TryAdd(wanted.Id, wanted);
            throw;
        }
    }

    private void Reopen(StudyObject wanted, string fault)
    {
        _faults[wanted.Id] = fault;
        _open.TryAdd(wanted.Id, wanted);
    }
}
