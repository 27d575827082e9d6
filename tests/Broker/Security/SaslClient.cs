using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Tests.Server;

namespace MedStreams.Broker.Tests.Security;

/// <summary>The client's side of SASL, step by step.</summary>
internal static class SaslClient
{
    public static Task<SaslHandshakeResponse> HandshakeAsync(RawClient client, string mechanism, short version = 1) =>
        client.AskAsync<SaslHandshakeRequest, SaslHandshakeResponse>(version, new() { Mechanism = mechanism });

    public static Task<SaslAuthenticateResponse> SendAsync(RawClient client, byte[] message, short version = 2) =>
        client.AskAsync<SaslAuthenticateRequest, SaslAuthenticateResponse>(version, new() { AuthBytes = message });

    public static byte[] Plain(string user, string password, string actAs = "") => Encoding.UTF8.GetBytes($"{actAs}\0{user}\0{password}");

    /// <summary>Authenticates by PLAIN and checks that it worked.</summary>
    public static async Task<SaslAuthenticateResponse> AuthenticatePlainAsync(RawClient client, string user, string password, short version = 2)
    {
        Assert.Equal(ErrorCode.None, (await HandshakeAsync(client, "PLAIN")).ErrorCode);
        var answer = await SendAsync(client, Plain(user, password), version);
        Assert.Equal(ErrorCode.None, answer.ErrorCode);
        return answer;
    }

    /// <summary>Goes through a SCRAM exchange; the answer is the last response, which may be a refusal.</summary>
    public static async Task<SaslAuthenticateResponse> ScramAsync(
        RawClient client, SaslMechanism mechanism, string user, string password, short version = 2)
    {
        Assert.Equal(ErrorCode.None, (await HandshakeAsync(client, mechanism.RegisteredName())).ErrorCode);
        var scram = new ScramClient(mechanism, user, password);
        var first = await SendAsync(client, scram.First(), version);
        if (first.ErrorCode != ErrorCode.None)
            return first;
        var last = await SendAsync(client, scram.Final(first.AuthBytes), version);
        if (last.ErrorCode == ErrorCode.None)
            scram.CheckServer(last.AuthBytes);
        return last;
    }

    /// <summary>Sends a message without a header, as after SaslHandshake 0.</summary>
    public static async Task<byte[]?> SendBareAsync(RawClient client, byte[] message)
    {
        var frame = new byte[4 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, message.Length);
        message.CopyTo(frame, 4);
        await client.SendBytesAsync(frame);
        return await client.ReceiveBytesAsync();
    }
}

/// <summary>A SCRAM client (RFC 5802), written for the tests from the RFC.</summary>
internal sealed class ScramClient(SaslMechanism mechanism, string user, string password)
{
    private readonly HashAlgorithmName _hash = ScramCredential.HashOf(mechanism);
    private readonly string _nonce = Convert.ToHexString(RandomNumberGenerator.GetBytes(12));
    private string _authMessage = "";
    private byte[] _salted = [];

    private string FirstBare =>
        $"n={user.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal)},r={_nonce}";

    public byte[] First() => Encoding.UTF8.GetBytes("n,," + FirstBare);

    public byte[] Final(byte[] serverFirst)
    {
        var text = Encoding.UTF8.GetString(serverFirst);
        var fields = text.Split(',');
        Assert.StartsWith("r=" + _nonce, fields[0], StringComparison.Ordinal);
        var salt = Convert.FromBase64String(fields[1][2..]);
        var iterations = int.Parse(fields[2][2..], System.Globalization.CultureInfo.InvariantCulture);
        var size = mechanism == SaslMechanism.ScramSha512 ? 64 : 32;
        _salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, iterations, _hash, size);
        var withoutProof = $"c=biws,{fields[0]}";
        _authMessage = $"{FirstBare},{text},{withoutProof}";
        var clientKey = Hmac(_salted, "Client Key");
        var signature = Hmac(CryptographicOperations.HashData(_hash, clientKey), _authMessage);
        var proof = clientKey.Zip(signature, (a, b) => (byte)(a ^ b)).ToArray();
        return Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}");
    }

    /// <summary>The broker, too, has to know the password's keys.</summary>
    public void CheckServer(byte[] serverFinal) => Assert.Equal(
        "v=" + Convert.ToBase64String(Hmac(Hmac(_salted, "Server Key"), _authMessage)), Encoding.UTF8.GetString(serverFinal));

    private byte[] Hmac(byte[] key, string text) => CryptographicOperations.HmacData(_hash, key, Encoding.UTF8.GetBytes(text));
}
