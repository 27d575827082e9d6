using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Security;

/// <summary>
/// The users of a data directory with their salted keys, durable in <c>security/users.json</c>, which other processes may
/// change. Safe for concurrent use.
/// </summary>
internal sealed class UserStore
{
    private const string FileName = "users.json";

    private readonly SharedDocument<UserDocument> _document;
    private readonly ILogger _logger;
    private volatile Snapshot _snapshot;

    /// <summary>Reads the users.</summary>
    /// <exception cref="BrokerException">The file is damaged or of a later version.</exception>
    public UserStore(SecurityFolder folder, ILogger logger)
    {
        _document = new(folder, FileName, SecurityJson.Default.UserDocument);
        _logger = logger;
        _snapshot = new(_document.Current);
    }

    /// <summary>The file.</summary>
    public string Path => _document.Path;

    /// <summary>All users by name, as of now.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ScramCredential>> All => Latest().Users;

    /// <summary>Makes the secret from which false salts are derived, if there is none.</summary>
    /// <exception cref="IOException">The file could not be written.</exception>
    public ValueTask PrepareAsync() => ChangeAsync(users => false);

    /// <summary>A user's credential; null where there is no such user or none for the mechanism.</summary>
    public ScramCredential? Find(string name, SaslMechanism mechanism) =>
        All.TryGetValue(name, out var credentials) ? credentials.FirstOrDefault(c => c.Mechanism == mechanism) : null;

    /// <summary>
    /// A credential that nobody can satisfy, for a user that there is not: always the same salt for a name, and iterations as
    /// most users have them, so that an exchange does not tell whether there is a user.
    /// </summary>
    public ScramCredential Pretend(string name, SaslMechanism mechanism)
    {
        var (document, users) = Latest();
        var usual = users.Values.SelectMany(credentials => credentials)
            .Where(credential => credential.Mechanism == mechanism)
            .GroupBy(credential => (credential.Iterations, credential.Salt.Length))
            .MaxBy(group => group.Count())?.Key ?? (ScramCredential.MinIterations, 32);
        var salt = new byte[usual.Length];
        var secret = document.Secret.Length > 0 ? document.Secret : [0];
        HKDF.Expand(HashAlgorithmName.SHA512, Sized(secret), salt, Encoding.UTF8.GetBytes($"{mechanism} {name}"));
        var size = ScramCredential.HashSize(mechanism);
        return new(mechanism, salt, RandomNumberGenerator.GetBytes(size), RandomNumberGenerator.GetBytes(size), usual.Iterations);
    }

    /// <summary>Changes users, durably.</summary>
    /// <param name="change">Changes the users that it is given; answers whether it did.</param>
    /// <exception cref="IOException">The file could not be written; nothing has changed.</exception>
    public ValueTask ChangeAsync(Func<Dictionary<string, List<ScramCredential>>, bool> change) =>
        _document.UpdateAsync(document =>
        {
            var users = document.Users.ToDictionary(user => user.Name, user => user.Credentials.ToList(), StringComparer.Ordinal);
            var changed = change(users);
            if (!changed && document.Secret.Length > 0)
                return document;
            var secret = document.Secret.Length > 0 ? document.Secret : RandomNumberGenerator.GetBytes(UserDocument.SecretSize);
            var list = users.Select(user => new UserEntry(user.Key, user.Value)).OrderBy(user => user.Name, StringComparer.Ordinal);
            return document with { Secret = secret, Users = [.. list] };
        });

    private static byte[] Sized(byte[] secret) => SHA512.HashData(secret);

    /// <summary>The document, read again if another process changed it.</summary>
    private Snapshot Latest()
    {
        try
        {
            _document.Refresh();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BrokerException)
        {
            SecurityLogs.DocumentUnreadable(_logger, exception, Path);
        }

        var (snapshot, document) = (_snapshot, _document.Current);
        if (!ReferenceEquals(snapshot.Document, document))
            _snapshot = snapshot = new(document);
        return snapshot;
    }

    private sealed class Snapshot(UserDocument document)
    {
        public UserDocument Document => document;

        public FrozenDictionary<string, IReadOnlyList<ScramCredential>> Users { get; } = document.Users
            .ToFrozenDictionary(user => user.Name, IReadOnlyList<ScramCredential> (user) => user.Credentials, StringComparer.Ordinal);

        public void Deconstruct(out UserDocument document, out FrozenDictionary<string, IReadOnlyList<ScramCredential>> users) =>
            (document, users) = (Document, Users);
    }
}

/// <summary>The file of users.</summary>
internal sealed record UserDocument : IVersionedDocument
{
    /// <summary>The length of the secret in bytes.</summary>
    public const int SecretSize = 32;

    private const int KnownVersion = 1;

    /// <summary>The version of the form.</summary>
    public int Version { get; init; } = KnownVersion;

    /// <summary>From what the salts of users are derived that there are not.</summary>
    public byte[] Secret { get; init; } = [];

    /// <summary>The users by ascending name.</summary>
    public List<UserEntry> Users { get; init; } = [];

    /// <inheritdoc/>
    [JsonIgnore]
    public bool IsKnownVersion => Version == KnownVersion;
}

/// <summary>A user in the file.</summary>
internal sealed record UserEntry(string Name, List<ScramCredential> Credentials);
