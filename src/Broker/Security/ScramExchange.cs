using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MedStreams.Broker.Security;

/// <summary>
/// The SCRAM mechanisms (RFC 5802) without channel binding. A user that there is not gets salt and iterations like others,
/// and fails at the proof like a wrong password.
/// </summary>
/// <param name="mechanism">The mechanism.</param>
/// <param name="users">The users.</param>
/// <param name="serverNonce">The broker's part of the nonce; a random one where it is null.</param>
internal sealed class ScramExchange(SaslMechanism mechanism, UserStore users, string? serverNonce = null) : ISaslExchange
{
    private const int NonceSize = 24;

    private string _name = "";
    private string _header = "";
    private string _clientFirst = "";
    private string _serverFirst = "";
    private string _nonce = "";
    private ScramCredential? _credential;
    private bool _exists;
    private bool _over;

    /// <inheritdoc/>
    public string? User { get; private set; }

    /// <inheritdoc/>
    public byte[] Take(ReadOnlySpan<byte> message)
    {
        if (_over)
            throw new SaslRefusedException("A message came after the last one.");
        var text = Encoding.UTF8.GetString(message);
        if (_credential is null)
            return Encoding.UTF8.GetBytes(TakeFirst(text));
        _over = true;
        return Encoding.UTF8.GetBytes(TakeFinal(text, _credential));
    }

    /// <summary>The client's first message: <c>n,[a=..],n=name,r=nonce[,..]</c>.</summary>
    private string TakeFirst(string text)
    {
        var (header, bare) = SplitHeader(text);
        var fields = bare.Split(',');
        if (fields.Length < 2 || !fields[0].StartsWith("n=", StringComparison.Ordinal) || !fields[1].StartsWith("r=", StringComparison.Ordinal))
            throw new SaslRefusedException("The client's first message is not of the form of RFC 5802.");
        _name = Unescape(fields[0][2..]);
        var clientNonce = fields[1][2..];
        var actAs = header.Split(',')[1];
        if (_name.Length == 0 || clientNonce.Length == 0 || clientNonce.Any(c => c is < '!' or > '~'))
            throw new SaslRefusedException("The client's first message has an empty name or no proper nonce.");
        if (actAs.Length > 0 && (!actAs.StartsWith("a=", StringComparison.Ordinal) || Unescape(actAs[2..]) != _name))
            throw new SaslRefusedException("The client wants to act as somebody else.");

        var found = users.Find(_name, mechanism);
        _exists = found is not null;
        _credential = found ?? users.Pretend(_name, mechanism);
        (_header, _clientFirst) = (header, bare);
        _nonce = clientNonce + (serverNonce ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceSize)));
        return _serverFirst = string.Create(
            CultureInfo.InvariantCulture, $"r={_nonce},s={Convert.ToBase64String(_credential.Salt)},i={_credential.Iterations}");
    }

    /// <summary>The client's final message: <c>c=header,r=nonce[,..],p=proof</c>.</summary>
    private string TakeFinal(string text, ScramCredential credential)
    {
        var at = text.LastIndexOf(",p=", StringComparison.Ordinal);
        var fields = text.Split(',');
        if (at < 0 || fields.Length < 3)
            throw new SaslRefusedException("The client's final message is not of the form of RFC 5802.");
        if (fields[0] != "c=" + Convert.ToBase64String(Encoding.UTF8.GetBytes(_header)))
            throw new SaslRefusedException("The channel binding is not the one of the first message.");

        // librdkafka before 2.6.1 sends its own part of the nonce once more in front of the whole; Kafka takes that too.
        if (!fields[1].StartsWith("r=", StringComparison.Ordinal) || !fields[1].EndsWith(_nonce, StringComparison.Ordinal))
            throw new SaslRefusedException("The nonce is not the one of the first messages.");
        var proof = new byte[ScramCredential.HashSize(mechanism)];
        if (!Convert.TryFromBase64String(text[(at + 3)..], proof, out var length) || length != proof.Length)
            throw new SaslRefusedException("The proof is not of the mechanism's length.");

        var authMessage = Encoding.UTF8.GetBytes($"{_clientFirst},{_serverFirst},{text[..at]}");
        if (!IsProven(credential, proof, authMessage) || !_exists)
            throw SaslRefusedException.Wrong(_exists ? _name : null);
        User = _name;
        return "v=" + Convert.ToBase64String(ScramCredential.Hmac(mechanism, credential.ServerKey, authMessage));
    }

    /// <summary>The proof is the client's key, covered by a signature that only the stored key makes.</summary>
    private bool IsProven(ScramCredential credential, byte[] proof, byte[] authMessage)
    {
        var signature = ScramCredential.Hmac(mechanism, credential.StoredKey, authMessage);
        var clientKey = new byte[proof.Length];
        for (var i = 0; i < proof.Length; i++)
            clientKey[i] = (byte)(proof[i] ^ signature[i]);
        return CryptographicOperations.FixedTimeEquals(ScramCredential.Hash(mechanism, clientKey), credential.StoredKey);
    }

    /// <summary>The header ends with the second comma; it has to say that there is no channel binding.</summary>
    private static (string Header, string Bare) SplitHeader(string text)
    {
        var first = text.IndexOf(',', StringComparison.Ordinal);
        var second = first < 0 ? -1 : text.IndexOf(',', first + 1);
        return second > 0 && text[..first] is "n" or "y"
            ? (text[..(second + 1)], text[(second + 1)..])
            : throw new SaslRefusedException("The client asks for channel binding, or its first message is not of the form of RFC 5802.");
    }

    /// <summary>In names, <c>=2C</c> is a comma and <c>=3D</c> an equals sign; no other equals sign may stand there.</summary>
    private static string Unescape(string name)
    {
        var plain = name.Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
        return name.Replace("=2C", "", StringComparison.Ordinal).Replace("=3D", "", StringComparison.Ordinal).Contains('=', StringComparison.Ordinal)
            ? throw new SaslRefusedException("The name has an equals sign that stands for nothing.")
            : plain;
    }
}
