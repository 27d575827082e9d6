using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MedStreams.Monitoring.Page;

/// <summary>
/// A password as it is kept: PBKDF2 (RFC 8018) with HMAC-SHA-512, written <c>pbkdf2-sha512:ITERATIONS:SALT:KEY</c> with salt and key in Base64.
/// Immutable.
/// </summary>
public sealed class PasswordHash
{
    /// <summary>How often the function is applied where nothing else is asked for.</summary>
    public const int DefaultIterations = 210_000;

    /// <summary>Hashes with fewer are refused.</summary>
    public const int MinIterations = 100_000;

    /// <summary>Hashes with more are refused: a log-in would take seconds.</summary>
    public const int MaxIterations = 10_000_000;

    private const string Scheme = "pbkdf2-sha512";
    private const int SaltBytes = 16;
    private const int KeyBytes = 32;
    private readonly int _iterations;
    private readonly byte[] _salt;
    private readonly byte[] _key;

    private PasswordHash(int iterations, byte[] salt, byte[] key) => (_iterations, _salt, _key) = (iterations, salt, key);

    /// <summary>Hashes a password with a new salt.</summary>
    /// <param name="password">The password; letters that Unicode writes in two ways are one (NFC).</param>
    /// <param name="iterations">How often the function is applied.</param>
    public static PasswordHash Of(string password, int iterations = DefaultIterations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, MinIterations);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(iterations, MaxIterations);
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new PasswordHash(iterations, salt, Derive(password, salt, iterations, KeyBytes));
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="text">The text.</param>
    /// <param name="hash">The hash; null where it is none.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out PasswordHash? hash)
    {
        hash = null;
        var (salt, key) = (new byte[64], new byte[64]);
        if (text.Split(':') is not [Scheme, var count, var saltText, var keyText]
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations)
            || iterations is < MinIterations or > MaxIterations
            || !Convert.TryFromBase64String(saltText, salt, out var saltLength) || saltLength < SaltBytes
            || !Convert.TryFromBase64String(keyText, key, out var keyLength) || keyLength < KeyBytes)
        {
            return false;
        }

        hash = new PasswordHash(iterations, salt[..saltLength], key[..keyLength]);
        return true;
    }

    /// <summary>Whether it is of this password; takes as long whether it is or not.</summary>
    /// <param name="password">The password.</param>
    public bool Verify(string password) =>
        CryptographicOperations.FixedTimeEquals(Derive(password, _salt, _iterations, _key.Length), _key);

    /// <summary>Another hash of as many iterations that no password fits, for users that are not there.</summary>
    internal PasswordHash Decoy() => new(_iterations, RandomNumberGenerator.GetBytes(SaltBytes), RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>The text that settings hold.</summary>
    public override string ToString() => $"{Scheme}:{_iterations}:{Convert.ToBase64String(_salt)}:{Convert.ToBase64String(_key)}";

    private static byte[] Derive(string password, byte[] salt, int iterations, int length) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(Normal(password)), salt, iterations, HashAlgorithmName.SHA512, length);

    /// <summary>A text that is no valid Unicode is taken as it is.</summary>
    private static string Normal(string password)
    {
        try
        {
            return password.Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            return password;
        }
    }
}
