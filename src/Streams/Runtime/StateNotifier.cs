using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// Tells a listener each change of an instance's state, in their order, on a thread of the pool, so that the listener may call the instance.
/// Safe for use by several threads.
/// </summary>
/// <param name="state">The state now.</param>
/// <param name="tell">Gets the new state and the old one.</param>
/// <param name="logger">Told of a listener that throws.</param>
internal sealed class StateNotifier(
    Func<KafkaStreamsState> state, Action<KafkaStreamsState, KafkaStreamsState> tell, ILogger logger)
{
    private readonly Lock _lock = new();
    private KafkaStreamsState _last = KafkaStreamsState.Created;
    private Task _told = Task.CompletedTask;

    /// <summary>To be called whenever the state may have changed, without locks that the state is read under.</summary>
    public void Look()
    {
        lock (_lock)
        {
            var (from, to) = (_last, state());
            if (from == to)
                return;
            _last = to;
            RuntimeLog.StateChanged(logger, from, to);
            _told = _told.ContinueWith(_ => Tell(to, from), TaskScheduler.Default);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A listener's error is its own: it is logged, and the instance goes on")]
    private void Tell(KafkaStreamsState to, KafkaStreamsState from)
    {
        try
        {
            tell(to, from);
        }
        catch (Exception e)
        {
            RuntimeLog.HandlerFailed(logger, "The listener of states", e);
        }
    }
}
