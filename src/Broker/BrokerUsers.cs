using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Broker;

/// <summary>
/// The users of a data directory who can authenticate by SASL, managed beside the protocol: for the first user, or with the
/// broker stopped. A broker that runs on the directory takes changes over at the next log-in. Passwords are not stored, only
/// salted keys from which none can be had (RFC 5802). Safe for concurrent use, also by several processes.
/// </summary>
public sealed class BrokerUsers
{
    /// <summary>The fewest times that a password is hashed.</summary>
    public const int MinIterations = ScramCredential.MinIterations;

    /// <summary>The most times that a password is hashed.</summary>
    public const int MaxIterations = ScramCredential.MaxIterations;

    private readonly UserStore _store;

    private BrokerUsers(UserStore store) => _store = store;

    /// <summary>The users, by ascending name.</summary>
    public IReadOnlyList<BrokerUser> List =>
    [
        .. _store.All.OrderBy(user => user.Key, StringComparer.Ordinal).Select(user => new BrokerUser(
            user.Key, [.. user.Value.Select(c => (c.Mechanism, c.Iterations))])),
    ];

    /// <summary>The users of a data directory, which is made when it is not there.</summary>
    /// <param name="dataDirectory">The directory, as in <see cref="BrokerOptions.DataDirectory"/>.</param>
    /// <exception cref="BrokerException">The users' file is damaged, or the directory cannot be used.</exception>
    public static BrokerUsers Open(string dataDirectory) => Guarded(dataDirectory, () =>
    {
        Directory.CreateDirectory(dataDirectory);
        return new BrokerUsers(new UserStore(SecurityFolder.Open(PhysicalFileSystem.Instance, dataDirectory), NullLogger.Instance));
    });

    /// <summary>Adds a user or gives one a new password; on return it is durable.</summary>
    /// <param name="name">The name, not empty.</param>
    /// <param name="password">The password, not empty.</param>
    /// <param name="mechanisms">The SCRAM mechanisms that it is for; PLAIN takes any of them. Others that the user has go.</param>
    /// <param name="iterations">How often the password is hashed, 4,096 to 16,384.</param>
    /// <returns>Whether the user was there before.</returns>
    /// <exception cref="ArgumentException">An argument is not as it has to be.</exception>
    /// <exception cref="BrokerException">The users could not be read or written.</exception>
    public async Task<bool> SetAsync(string name, string password, IReadOnlyCollection<SaslMechanism> mechanisms, int iterations)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(password);
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, MinIterations);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(iterations, MaxIterations);
        if (mechanisms.Count == 0 || mechanisms.Contains(SaslMechanism.Plain))
            throw new ArgumentException("Credentials are for SCRAM mechanisms.", nameof(mechanisms));
        var credentials = mechanisms.Distinct().Order().Select(m => ScramCredential.Create(m, password, iterations)).ToList();
        var wasThere = false;
        await ChangeAsync(users =>
        {
            wasThere = users.ContainsKey(name);
            users[name] = credentials;
            return true;
        });
        return wasThere;
    }

    /// <summary>Removes a user; on return it is durable. Who is connected stays so until its connection or session ends.</summary>
    /// <param name="name">The name.</param>
    /// <returns>Whether the user was there.</returns>
    /// <exception cref="BrokerException">The users could not be read or written.</exception>
    public async Task<bool> RemoveAsync(string name)
    {
        var wasThere = false;
        await ChangeAsync(users => wasThere = users.Remove(name));
        return wasThere;
    }

    private async Task ChangeAsync(Func<Dictionary<string, List<ScramCredential>>, bool> change)
    {
        try
        {
            await _store.ChangeAsync(change);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BrokerException($"{_store.Path} cannot be written: {exception.Message}", exception);
        }
    }

    private static T Guarded<T>(string dataDirectory, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BrokerException($"The data directory {dataDirectory} cannot be used: {exception.Message}", exception);
        }
    }
}

/// <summary>A user who can authenticate by SASL.</summary>
/// <param name="Name">The name.</param>
/// <param name="Credentials">The SCRAM mechanisms that the user can use, and how often the password was hashed for each.</param>
public sealed record BrokerUser(string Name, IReadOnlyList<(SaslMechanism Mechanism, int Iterations)> Credentials);
