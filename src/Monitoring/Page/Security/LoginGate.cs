using System.Net;
using System.Net.Sockets;

namespace MedStreams.Monitoring.Page;

/// <summary>What came of a log-in.</summary>
/// <param name="User">Who it is; null where it was refused.</param>
/// <param name="Wait">How long to wait before the next one; zero: not at all.</param>
internal readonly record struct LoginOutcome(PageUser? User, TimeSpan Wait);

/// <summary>
/// Checks passwords. Failures slow down the next log-ins of the same address (to a quarter of an hour) and of the same user (to a minute only, so that
/// nobody can lock out who is on call). An unknown user takes as long as a known one. Safe for use by several threads.
/// </summary>
internal sealed class LoginGate : IDisposable
{
    /// <summary>So many passwords are checked at once: each costs a tenth of a second of a core.</summary>
    private const int AtOnce = 2;

    /// <summary>So many may wait to be checked; more are turned away.</summary>
    private const int MostWaiting = 32;

    private readonly Dictionary<string, PageUser> _users;
    private readonly OneTimeUser? _oneTime;
    private readonly PasswordHash _decoy;
    private readonly Attempts _ofAddress;
    private readonly Attempts _ofUser;
    private readonly SemaphoreSlim _turns = new(AtOnce);
    private int _waiting;

    public LoginGate(IReadOnlyList<PageUser> users, OneTimeUser? oneTime, TimeProvider clock)
    {
        _users = users.ToDictionary(u => u.Name, StringComparer.Ordinal);
        _oneTime = oneTime;
        _decoy = (users.Count > 0 ? users[0].Hash : oneTime!.User.Hash).Decoy();
        _ofAddress = new Attempts(TimeSpan.FromMinutes(15), clock);
        _ofUser = new Attempts(TimeSpan.FromMinutes(1), clock);
    }

    /// <summary>Checks a name and a password.</summary>
    public async Task<LoginOutcome> TryAsync(IPAddress address, string name, string password, CancellationToken cancellationToken)
    {
        var from = KeyOf(address);
        var wait = TimeSpan.FromTicks(Math.Max(_ofAddress.Wait(from).Ticks, _ofUser.Wait(name).Ticks));
        if (wait > TimeSpan.Zero)
            return new LoginOutcome(null, wait);
        if (Interlocked.Increment(ref _waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return new LoginOutcome(null, TimeSpan.FromSeconds(1));
        }

        try
        {
            _ofAddress.Begin(from);
            _ofUser.Begin(name);
            await _turns.WaitAsync(cancellationToken);
            try
            {
                return await Task.Run(() => Check(from, name, password), cancellationToken);
            }
            finally
            {
                _turns.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose() => _turns.Dispose();

    private LoginOutcome Check(string from, string name, string password)
    {
        var user = _oneTime is { } one && one.User.Name == name ? one.User : _users.GetValueOrDefault(name);
        var isRight = (user?.Hash ?? _decoy).Verify(password);
        if (user is null || !isRight || _oneTime?.TryUse(user) == false)
            return new LoginOutcome(null, TimeSpan.Zero);
        _ofUser.Forgive(name);
        _ofAddress.TakeBack(from);
        return new LoginOutcome(user, TimeSpan.Zero);
    }

    /// <summary>Of an IPv6 address the network: whoever has one has all of it.</summary>
    private static string KeyOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }
}
