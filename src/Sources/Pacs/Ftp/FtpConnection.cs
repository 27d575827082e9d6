using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using MedStreams.Sources.Pacs.Located;

namespace MedStreams.Sources.Pacs.Ftp;

/// <summary>
/// A control connection (RFC 959), logged in, set to binary, with passive data connections (RFC 2428, else 959). After any <see cref="IOException"/> it is of no
/// use any more. For one reader at a time.
/// </summary>
internal sealed class FtpConnection : IAsyncDisposable
{
    private readonly FtpStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly TcpClient _client;
    private readonly FtpLineReader _replies;
    private Stream _control;
    private bool _lacksEpsv;

    private FtpConnection(FtpStoreOptions options, TimeProvider time, TcpClient client)
    {
        (_options, _time, _client) = (options, time, client);
        _control = client.GetStream();
        _replies = new FtpLineReader(options.NameEncoding);
    }

    /// <summary>Since when it rests, as the clock's timestamp.</summary>
    public long RestsSince { get; set; }

    /// <summary>Connects and logs in.</summary>
    /// <exception cref="ObjectStoreException">The server does not take the account or encryption.</exception>
    /// <exception cref="IOException">The server does not answer in order.</exception>
    public static async Task<FtpConnection> OpenAsync(FtpStoreOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var client = new TcpClient { NoDelay = true };
        FtpConnection? connection = null;
        try
        {
            using var limit = Limit(options, time, cancellationToken);
            await client.ConnectAsync(options.Host, options.Port, limit.Token);
            connection = new FtpConnection(options, time, client);
            await connection.LogInAsync(limit.Token);
            return connection;
        }
        catch
        {
            if (connection is not null)
                await connection.DisposeAsync();
            client.Dispose();
            throw;
        }
    }

    /// <summary>Sends a command and reads its reply.</summary>
    public async Task<FtpReply> AskAsync(string command, CancellationToken cancellationToken)
    {
        using var limit = Limit(_options, _time, cancellationToken);
        return await SendAsync(command, limit.Token);
    }

    /// <summary>Begins to read a file; when its stream is at its end, <see cref="EndAsync"/>.</summary>
    /// <exception cref="ObjectStoreException">The server refuses.</exception>
    public async Task<Stream> RetrieveAsync(string path, long offset, CancellationToken cancellationToken)
    {
        using var limit = Limit(_options, _time, cancellationToken);
        var data = await OpenDataAsync(limit.Token);
        try
        {
            if (offset > 0 && !(await SendAsync(string.Create(CultureInfo.InvariantCulture, $"REST {offset}"), limit.Token)).IsIntermediate)
                throw new ObjectStoreException(ObjectStoreFailure.Refused, "The server does not read from within a file (REST), so that one that was cut cannot go on.");
            var reply = await SendAsync($"RETR {path}", limit.Token);
            if (!reply.IsPreliminary)
                throw FtpFailure.Of(reply);
            return _options.UsesTls ? await EncryptAsync(data.GetStream(), limit.Token) : data.GetStream();
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <summary>The reply that follows a file. Only with it the file was whole.</summary>
    /// <exception cref="IOException">It was not.</exception>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        using var limit = Limit(_options, _time, cancellationToken);
        var reply = await _replies.ReadAsync(_control, limit.Token);
        if (!reply.IsDone)
            throw new IOException($"The server broke the file off ({reply.Code}).");
    }

    /// <summary>Whether it can be used again: nothing has come that was not asked for.</summary>
    public bool IsFresh() => _client.Connected && !_replies.HasMore && !(_client.Client.Poll(0, SelectMode.SelectRead));

    public async ValueTask DisposeAsync()
    {
        await _control.DisposeAsync();
        _client.Dispose();
    }

    private async Task LogInAsync(CancellationToken cancellationToken)
    {
        var reply = await _replies.ReadAsync(_control, cancellationToken);
        if (reply.Code != 220)
            throw FtpFailure.Busy(reply);
        if (_options.UsesTls)
        {
            if ((await SendAsync("AUTH TLS", cancellationToken)).Code != 234)
                throw new ObjectStoreException(ObjectStoreFailure.Unavailable, "The server does not encrypt (AUTH TLS).");
            _control = await EncryptAsync(_control, cancellationToken);
        }

        reply = await SendAsync($"USER {_options.User}", cancellationToken);
        if (reply.IsIntermediate)
            reply = await SendAsync($"PASS {_options.Password}", cancellationToken);
        if (!reply.IsDone)
            throw FtpFailure.Busy(reply);
        if (_options.UsesTls)
        {
            await NeedAsync("PBSZ 0", cancellationToken);
            await NeedAsync("PROT P", cancellationToken);
        }

        if (_options.NameEncoding.WebName == "utf-8")
            await SendAsync("OPTS UTF8 ON", cancellationToken); // those that do not know it speak it anyway, or nothing else
        await NeedAsync("TYPE I", cancellationToken);
    }

    private async Task NeedAsync(string command, CancellationToken cancellationToken)
    {
        var reply = await SendAsync(command, cancellationToken);
        if (!reply.IsDone)
            throw new ObjectStoreException(ObjectStoreFailure.Unavailable, $"The server refuses {command} ({reply.Code}).");
    }

    private async Task<FtpReply> SendAsync(string command, CancellationToken cancellationToken)
    {
        await _control.WriteAsync(_options.NameEncoding.GetBytes(command + "\r\n"), cancellationToken);
        await _control.FlushAsync(cancellationToken);
        return await _replies.ReadAsync(_control, cancellationToken);
    }

    /// <summary>A data connection to where the control connection goes: an address that the server names is not believed, since it may be another's.</summary>
    private async Task<TcpClient> OpenDataAsync(CancellationToken cancellationToken)
    {
        var port = 0;
        if (!_lacksEpsv)
        {
            var reply = await SendAsync("EPSV", cancellationToken);
            _lacksEpsv = reply.Code != 229 || !PassivePort.TryParseExtended(reply.Text, out port);
        }

        if (_lacksEpsv)
        {
            var reply = await SendAsync("PASV", cancellationToken);
            if (reply.Code != 227 || !PassivePort.TryParse(reply.Text, out port))
                throw new ObjectStoreException(ObjectStoreFailure.Unavailable, $"The server has no passive mode (PASV: {reply.Code}).");
        }

        var data = new TcpClient { ReceiveBufferSize = 256 << 10 };
        try
        {
            await data.ConnectAsync(((IPEndPoint)_client.Client.RemoteEndPoint!).Address, port, cancellationToken);
            return data;
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    private async Task<Stream> EncryptAsync(Stream inner, CancellationToken cancellationToken)
    {
        var stream = new SslStream(inner, leaveInnerStreamOpen: false);
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = _options.Host, RemoteCertificateValidationCallback = IsTrusted }, cancellationToken);
            return stream;
        }
        catch (AuthenticationException e)
        {
            await stream.DisposeAsync();
            throw new ObjectStoreException(ObjectStoreFailure.Unavailable, "The server's certificate is not trusted: set its SHA-256, or have it signed.", e);
        }
    }

    private bool IsTrusted(object sender, System.Security.Cryptography.X509Certificates.X509Certificate? certificate, System.Security.Cryptography.X509Certificates.X509Chain? chain, SslPolicyErrors errors) =>
        _options.CertificateSha256 is { } pinned
            ? certificate is not null && string.Equals(certificate.GetCertHashString(HashAlgorithmName.SHA256), pinned.Replace(":", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)
            : errors == SslPolicyErrors.None;

    private static Limited Limit(FtpStoreOptions options, TimeProvider time, CancellationToken cancellationToken) => new(options.Timeout, time, cancellationToken);

    /// <summary>A token that ends with another one, or after a time.</summary>
    private sealed class Limited(TimeSpan after, TimeProvider time, CancellationToken other) : IDisposable
    {
        private readonly CancellationTokenSource _after = new(after, time);
        private CancellationTokenSource? _either;

        public CancellationToken Token => (_either ??= CancellationTokenSource.CreateLinkedTokenSource(_after.Token, other)).Token;

        public void Dispose()
        {
            _either?.Dispose();
            _after.Dispose();
        }
    }
}
