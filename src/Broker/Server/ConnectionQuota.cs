using System.Net;

namespace MedStreams.Broker.Server;

/// <summary>
/// Bounds how many connections there are, in all (<c>max.connections</c>) and from one address
/// (<c>max.connections.per.ip</c>). Safe for concurrent use.
/// </summary>
internal sealed class ConnectionQuota(int most, int mostPerAddress) : IDisposable
{
    private readonly SemaphoreSlim _room = new(most);
    private readonly Dictionary<IPAddress, int> _perAddress = [];

    /// <summary>Takes one of the places that an address has; false when it has none left.</summary>
    public bool TryEnter(IPAddress address)
    {
        lock (_perAddress)
        {
            var count = _perAddress.GetValueOrDefault(address);
            if (count >= mostPerAddress)
                return false;
            _perAddress[address] = count + 1;
            return true;
        }
    }

    /// <summary>Waits until there is room for one more connection. To be called once for each that has entered.</summary>
    public Task WaitForRoomAsync(CancellationToken cancellationToken) => _room.WaitAsync(cancellationToken);

    /// <summary>A connection that entered, and for which there was room, has ended.</summary>
    public void Leave(IPAddress address)
    {
        _room.Release();
        Forget(address);
    }

    /// <summary>A connection that entered ended before there was room for it.</summary>
    public void Forget(IPAddress address)
    {
        lock (_perAddress)
        {
            if (--_perAddress[address] == 0)
                _perAddress.Remove(address);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _room.Dispose();
}
