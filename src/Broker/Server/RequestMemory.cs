namespace MedStreams.Broker.Server;

/// <summary>
/// Bounds the memory of requests that are being received or answered, over all connections (<c>queued.max.request.bytes</c>).
/// As with Kafka a request may begin while there is anything left, so the bound may be passed by one request. Safe for
/// concurrent use.
/// </summary>
/// <remarks>
/// The first part of a request and the rest are counted apart, by half of the bound each. Whoever waits for the rest
/// holds a first part, and whoever holds a rest waits for nobody: so all go on in the end. And the rest of a large request is not
/// set aside before its client has really sent the first part.
/// </remarks>
internal sealed class RequestMemory
{
    /// <summary>The length of the first part in bytes.</summary>
    public const int FirstPart = 1 << 20;

    private readonly Share _first;
    private readonly Share _rest;

    /// <summary>A bound in bytes; below 0: none.</summary>
    public RequestMemory(long limit)
    {
        var half = limit < 0 ? long.MaxValue : limit / 2;
        (_first, _rest) = (new(half), new(half));
    }

    /// <summary>The bytes that requests take now.</summary>
    public long Used => _first.Used + _rest.Used;

    /// <summary>Waits until there is room for the first part of a request of a length.</summary>
    public ValueTask TakeFirstAsync(int length, CancellationToken cancellationToken) =>
        _first.TakeAsync(Math.Min(length, FirstPart), cancellationToken);

    /// <summary>Waits until there is room for the rest of a request.</summary>
    public ValueTask TakeRestAsync(int length, CancellationToken cancellationToken) =>
        _rest.TakeAsync(length - FirstPart, cancellationToken);

    /// <summary>Gives back what a request took.</summary>
    /// <param name="length">The request's length.</param>
    /// <param name="withRest">Whether the rest was taken too.</param>
    public void Return(int length, bool withRest)
    {
        _first.Return(Math.Min(length, FirstPart));
        if (withRest)
            _rest.Return(length - FirstPart);
    }

    private sealed class Share(long limit)
    {
        private readonly Lock _gate = new();
        private readonly LinkedList<Waiter> _waiting = [];
        private long _used;

        public long Used => Volatile.Read(ref _used);

        public ValueTask TakeAsync(long bytes, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                if (_waiting.Count == 0 && _used < limit)
                {
                    _used += bytes;
                    return default;
                }

                var waiter = new Waiter(bytes);
                var node = _waiting.AddLast(waiter);
                return new(WaitAsync(waiter, node, cancellationToken));
            }
        }

        public void Return(long bytes)
        {
            lock (_gate)
            {
                _used -= bytes;
                while (_used < limit && _waiting.First is { } next)
                {
                    _waiting.RemoveFirst();
                    _used += next.Value.Bytes;
                    next.Value.Granted.SetResult();
                }
            }
        }

        private async Task WaitAsync(Waiter waiter, LinkedListNode<Waiter> node, CancellationToken cancellationToken)
        {
            await using var registration = cancellationToken.Register(() =>
            {
                lock (_gate)
                {
                    if (node.List is null)
                        return;
                    _waiting.Remove(node);
                }

                waiter.Granted.SetCanceled(cancellationToken);
            });
            await waiter.Granted.Task;
        }

        private sealed record Waiter(long Bytes)
        {
            public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
