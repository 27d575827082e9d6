using System.Collections.Concurrent;

namespace MedStreams.Serialization.Registry;

/// <summary>
/// Answers that do not change, each asked for once: whoever asks while the answer is under way waits for the same one. A
/// failure is forgotten, so that the next one asks again. When there are too many, all are forgotten.
/// </summary>
internal sealed class SharedCalls<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Lazy<Task<TValue>>> _calls = new();

    /// <summary>The answer for a key. A wait that is given up ends no call that others wait for.</summary>
    public async Task<TValue> GetAsync(TKey key, Func<TKey, Task<TValue>> ask, CancellationToken cancellationToken)
    {
        var call = _calls.GetOrAdd(key, k => new Lazy<Task<TValue>>(() => ask(k)));
        try
        {
            return await call.Value.WaitAsync(cancellationToken);
        }
        catch when (call.Value.IsFaulted || call.Value.IsCanceled)
        {
            _calls.TryRemove(KeyValuePair.Create(key, call));
            throw;
        }
        finally
        {
            if (_calls.Count > capacity)
                _calls.Clear();
        }
    }
}
