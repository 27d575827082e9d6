using System.Collections.Concurrent;
using MedStreams.Hl7.Mllp;

namespace MedStreams.Sources.Mllp;

/// <summary>
/// Lets the messages of a connection in, in their order. Before the first one of each sender it waits until all that other sources took
/// is known here, since the sender may have come from one of them and repeat what it got no answer to. Safe for use by several threads.
/// </summary>
internal sealed class Admissions(Func<CancellationToken, Task> caughtUp)
{
    private readonly ConcurrentDictionary<long, Turn> _turns = new();

    /// <summary>Takes a message when its turn has come.</summary>
    /// <param name="peer">The connection.</param>
    /// <param name="sender">MSH-3 and MSH-4.</param>
    /// <param name="take">Begins to take it; the task that it returns ends when the message is taken.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task TakeAsync(MllpPeer peer, string sender, Func<Task> take, CancellationToken cancellation)
    {
        var turn = _turns.GetOrAdd(peer.Id, static _ => new());
        lock (turn)
        {
            var isNew = turn.Senders.Add(sender);
            if (!isNew && turn.Last.IsCompletedSuccessfully)
                return take();
            var admitted = AdmitAsync(turn.Last, isNew ? caughtUp(cancellation) : Task.CompletedTask, take);
            turn.Last = admitted;
            return admitted.Unwrap();
        }
    }

    /// <summary>Forgets a connection.</summary>
    public void Forget(MllpPeer peer) => _turns.TryRemove(peer.Id, out _);

    private static async Task<Task> AdmitAsync(Task before, Task known, Func<Task> take)
    {
        await before.ConfigureAwait(false);
        await known.ConfigureAwait(false);
        return take();
    }

    private sealed class Turn
    {
        public Task Last { get; set; } = Task.CompletedTask;

        public HashSet<string> Senders { get; } = new(StringComparer.Ordinal);
    }
}
