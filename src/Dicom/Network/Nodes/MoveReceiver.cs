using System.Collections.Concurrent;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Dicom.Network.Nodes;

/// <summary>
/// Gives what comes to our receiver because of C-MOVE to the fetch that waits for it. Hand it to the <see cref="DicomServer"/> as its store. An instance that no fetch waits for
/// is refused, unless it came along with others of a fetch of ours. Safe for concurrent use.
/// </summary>
/// <param name="aeTitle">The server's title, which the old PACS knows.</param>
public sealed class MoveReceiver(string aeTitle) : IStoreHandler
{
    private readonly ConcurrentDictionary<string, Intake> _expected = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Expectation, string> _originators = new();

    /// <summary>The server's title.</summary>
    public string AeTitle => aeTitle;

    /// <inheritdoc/>
    public Task<DimseStatus> StoreAsync(IncomingInstance instance, CancellationToken cancellationToken) =>
        _expected.TryGetValue(instance.SopInstance, out var intake) ? intake.StoreAsync(instance, cancellationToken)
        : Task.FromResult(instance.MoveOriginator is { } originator && _originators.Any(o => o.Value == originator) ? DimseStatus.Success : DimseStatus.NotAuthorized);

    /// <summary>From now on these instances go to this fetch.</summary>
    internal IDisposable Expect(IReadOnlyList<StudyObject> wanted, string originator, Intake intake)
    {
        var expectation = new Expectation(this, wanted, intake);
        _originators[expectation] = originator;
        foreach (var one in wanted)
            _expected[one.Id] = intake;
        return expectation;
    }

    private sealed class Expectation(MoveReceiver receiver, IReadOnlyList<StudyObject> wanted, Intake intake) : IDisposable
    {
        public void Dispose()
        {
            receiver._originators.TryRemove(this, out _);
            foreach (var one in wanted)
                receiver._expected.TryRemove(KeyValuePair.Create(one.Id, intake));
        }
    }
}
