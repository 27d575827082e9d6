using System.Net;

namespace MedStreams.Broker.Server;

/// <summary>
/// Bounds how many connections there are, in all (<c>max.connections</c>) and from one address
/// (<c>max.connections.per.ip</c>). Safe for concurrent use.
/// </summary>
/// <param name="most">How many there may be now; asked again whenever it matters.</param>
/// <param name="mostPerAddress">How many an address may have now; likewise.</param>
internal sealed class ConnectionQuota(Func<int> most, Func<int> mostPerAddress)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _perAddress = [];
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private int _inside;

    /// <summary>How many an address may have now.</summary>
    public int MostPerAddress => mostPerAddress();

    /// <summary>Takes one of the places that an address has; false when it has none left.</summary>
    public bool TryEnter(IPAddress address)
    {
        lock (_gate)
        {
            var count = _perAddress.GetValueOrDefault(address);
            if (count >= mostPerAddress())
                return false;
            _perAddress[address] = count + 1;
            return true;
        }
    }

    /// <summary>Waits until there is room for one more connection. To be called once for each that has entered.</summary>
    public async Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        var room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Enqueue(room);
            Admit();
        }

        await using var registration = cancellationToken.Register(() => room.TrySetCanceled(cancellationToken));
        await room.Task;
    }

    /// <summary>Lets those in for whom there is room since the most was raised.</summary>
    public void Review()
    {
        lock (_gate)
            Admit();
    }

    /// <summary>A connection that entered, and for which there was room, has ended.</summary>
    public void Leave(IPAddress address)
    {
        lock (_gate)
        {
            _inside--;
            Admit();
        }

        Forget(address);
    }

    /// <summary>A connection that entered ended before there was room for it.</summary>
    public void Forget(IPAddress address)
    {
        lock (_gate)
        {
            if (--_perAddress[address] == 0)
                _perAddress.Remove(address);
        }
    }

    private void Admit()
    {
        while (_inside < most() && _waiting.TryDequeue(out var room))
        {
            // Who has given up waiting takes no place.
            if (room.TrySetResult())
                _inside++;
        }
    }
}
