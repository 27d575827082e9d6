using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Web;

namespace MedStreams.Sinks.Pacs;

/// <summary>
/// Puts objects that wait at the same time into one request: whoever finds a free place sends for all that wait. An object that comes alone goes alone and at once. Safe for several
/// threads.
/// </summary>
internal sealed class StowBatches(StowClient client, string study, StowTargetOptions options)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiting> _queue = new();
    private int _underWay;

    /// <summary>Sends an object, with others or alone.</summary>
    /// <exception cref="DicomWebException">The request as a whole failed.</exception>
    public async Task<StowResult> SendAsync(FetchedObject fetched, CancellationToken cancellationToken)
    {
        var mine = new Waiting(fetched);
        lock (_gate)
            mine.Node = _queue.AddLast(mine);
        StartWhatMay();
        await using var withdrawal = cancellationToken.Register(() => GiveUp(mine, cancellationToken));
        return await mine.Done.Task;
    }

    private void StartWhatMay()
    {
        while (Next() is { } batch)
            _ = RunAsync(batch);
    }

    /// <summary>Takes what goes into the next request; null where no place is free, or nothing waits.</summary>
    private Batch? Next()
    {
        lock (_gate)
        {
            if (_underWay == options.Parallel || _queue.First is null)
                return null;
            _underWay++;
            var batch = new Batch();
            for (var bytes = 0L; batch.Members.Count < options.Batch && bytes < options.BatchBytes && _queue.First is { } first;)
            {
                _queue.RemoveFirst();
                first.Value.Node = null;
                first.Value.Batch = batch;
                bytes += first.Value.Fetched.Content.Length;
                batch.Members.Add(first.Value);
            }

            batch.Wanted = batch.Members.Count;
            return batch;
        }
    }

    /// <summary>One request; its end, whatever it is, reaches those who wait.</summary>
    private async Task RunAsync(Batch batch)
    {
        try
        {
            await SendAsync(batch.Members, batch.Stop.Token);
        }
        finally
        {
            lock (_gate)
            {
                _underWay--;
                batch.Wanted = 0; // whoever gives up from now on has nothing to stop
            }

            batch.Stop.Dispose();
            StartWhatMay();
        }
    }

    private async Task SendAsync(IReadOnlyList<Waiting> members, CancellationToken stop)
    {
        try
        {
            var answer = await client.StoreAsync([.. members.Select(w => w.ToObject())], study, stop);
            for (var i = 0; i < members.Count; i++)
                members[i].Done.TrySetResult(answer.Results[i]);
        }
        catch (DicomWebException e) when (members.Count > 1 && !e.MayBeRepeated && !e.IsOfService())
        {
            foreach (var one in members) // one of them may be to blame: it shall not take the others with it
                await SendAsync([one], stop);
        }
#pragma warning disable CA1031 // handed on to all who wait for it
        catch (Exception e)
#pragma warning restore CA1031
        {
            foreach (var one in members)
                one.Done.TrySetException(e);
        }
    }

    /// <summary>Who gives up is not sent. A request that is under way is broken off when all have given up: it reads their files.</summary>
    private void GiveUp(Waiting one, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (one.Node is not { } node)
            {
                if (one.Batch is { Wanted: > 0 } batch && --batch.Wanted == 0)
                    _ = batch.Stop.CancelAsync();
                return;
            }

            _queue.Remove(node);
            one.Node = null;
        }

        one.Done.TrySetCanceled(cancellationToken);
    }

    /// <summary>What goes in one request.</summary>
    private sealed class Batch
    {
        public List<Waiting> Members { get; } = [];

        public CancellationTokenSource Stop { get; } = new();

        /// <summary>How many still want it.</summary>
        public int Wanted { get; set; }
    }

    private sealed class Waiting(FetchedObject fetched)
    {
        public FetchedObject Fetched => fetched;

        public LinkedListNode<Waiting>? Node { get; set; }

        public Batch? Batch { get; set; }

        public TaskCompletionSource<StowResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public StowObject ToObject() => new(fetched.Object.Id, _ => new ValueTask<Stream>(fetched.Content.OpenRead()), fetched.Content.Length);
    }
}
