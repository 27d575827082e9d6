using System.Security.Cryptography;
using System.Text;

namespace MedStreams.Broker.Security;

/// <summary>
/// What the broker keeps of a password for one SCRAM mechanism (RFC 5802): enough to check a proof, too little to make one.
/// </summary>
/// <param name="Mechanism">The mechanism.</param>
/// <param name="Salt">The salt.</param>
/// <param name="StoredKey">The hash of the client's key.</param>
/// <param name="ServerKey">The server's key.</param>
/// <param name="Iterations">How often the password was hashed.</param>
internal sealed record ScramCredential(
    SaslMechanism Mechanism, byte[] Salt, byte[] StoredKey, byte[] ServerKey, int Iterations)
{
    /// <summary>The fewest iterations, as in Kafka.</summary>
    public const int MinIterations = 4096;

    /// <summary>The most iterations, as in Kafka: a bound on what a log-in by PLAIN costs.</summary>
    public const int MaxIterations = 16_384;

    private const int NewSaltSize = 32;

    /// <summary>A credential for a password, with a salt of its own.</summary>
    public static ScramCredential Create(SaslMechanism mechanism, string password, int iterations)
    {
        var salt = RandomNumberGenerator.GetBytes(NewSaltSize);
        var salted = SaltedPassword(mechanism, password, salt, iterations);
        try
        {
            return FromSaltedPassword(mechanism, salted, salt, iterations);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(salted);
        }
    }

    /// <summary>A credential for a password that the client has salted and hashed.</summary>
    public static ScramCredential FromSaltedPassword(SaslMechanism mechanism, byte[] salted, byte[] salt, int iterations)
    {
        var clientKey = Hmac(mechanism, salted, "Client Key"u8);
        var storedKey = Hash(mechanism, clientKey);
        CryptographicOperations.ZeroMemory(clientKey);
        return new(mechanism, salt, storedKey, Hmac(mechanism, salted, "Server Key"u8), iterations);
    }

    /// <summary>The hash that a mechanism uses.</summary>
    public static HashAlgorithmName HashOf(SaslMechanism mechanism) => mechanism switch
    {
        SaslMechanism.ScramSha256 => HashAlgorithmName.SHA256,
        SaslMechanism.ScramSha512 => HashAlgorithmName.SHA512,
        _ => throw new ArgumentOutOfRangeException(nameof(mechanism), mechanism, "No SCRAM mechanism."),
    };

    /// <summary>The length of the mechanism's hash in bytes.</summary>
    public static int HashSize(SaslMechanism mechanism) => mechanism == SaslMechanism.ScramSha512 ? 64 : 32;

    /// <summary>A keyed hash.</summary>
    public static byte[] Hmac(SaslMechanism mechanism, ReadOnlySpan<byte> key, ReadOnlySpan<byte> text) =>
        CryptographicOperations.HmacData(HashOf(mechanism), key, text);

    /// <summary>A hash.</summary>
    public static byte[] Hash(SaslMechanism mechanism, ReadOnlySpan<byte> text) =>
        CryptographicOperations.HashData(HashOf(mechanism), text);

    /// <summary>Whether a password is the one. Takes the same time whether it is or not.</summary>
    public bool Verifies(string password)
    {
        var salted = SaltedPassword(Mechanism, password, Salt, Iterations);
        var clientKey = Hmac(Mechanism, salted, "Client Key"u8);
        var same = CryptographicOperations.FixedTimeEquals(Hash(Mechanism, clientKey), StoredKey);
        CryptographicOperations.ZeroMemory(salted);
        CryptographicOperations.ZeroMemory(clientKey);
        return same;
    }

    /// <summary>Mechanism and iterations only.</summary>
    public override string ToString() => $"{Mechanism.RegisteredName()}, {Iterations} iterations";

    private static byte[] SaltedPassword(SaslMechanism mechanism, string password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, iterations, HashOf(mechanism), HashSize(mechanism));
}
