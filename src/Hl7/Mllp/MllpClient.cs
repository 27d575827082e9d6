using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;

namespace MedStreams.Hl7.Mllp;

/// <summary>What a message was answered.</summary>
/// <param name="Commit">The commit acknowledgement (CA, CE, CR), where one was asked for.</param>
/// <param name="Application">The application acknowledgement (AA, AE, AR, or a response with an MSA), where one was asked for.</param>
public sealed record MllpAnswer(Hl7Message? Commit, Hl7Message? Application)
{
    /// <summary>MSA-1 of the last answer that came: <c>AA</c>, <c>CA</c> and so on.</summary>
    public string Code => (Application ?? Commit)?.Get("MSA-1") ?? string.Empty;

    /// <summary>Whether it was accepted: <c>AA</c> or <c>CA</c>.</summary>
    public bool IsAccepted => Code is "AA" or "CA";
}

/// <summary>
/// Sends messages over one MLLP connection, one at a time, and matches answers by MSA-2. A fault or a time-out closes the
/// connection; the next message opens a new one. Not safe for use by several threads.
/// </summary>
public sealed class MllpClient(MllpClientOptions options) : IAsyncDisposable
{
    private MllpDecoder _decoder = new();
    private Stream? _stream;
    private PipeReader? _reader;

    /// <summary>Whether there is a connection, as far as is known.</summary>
    public bool IsConnected => _stream is not null;

    /// <summary>Answers that belonged to no message under way and were passed over.</summary>
    public long Unmatched { get; private set; }

    /// <summary>
    /// Sends a message and waits for what it asks for: in original mode (MSH-15 and MSH-16 empty) one application
    /// acknowledgement; in enhanced mode the commit acknowledgement where MSH-15 is AL, ER or SU (with ER and SU a sender
    /// that accepts, or refuses, may stay silent: then the time-out ends the wait), and the application acknowledgement
    /// only where MSH-15 is NE or empty, as it may come over another connection hours later otherwise.
    /// </summary>
    /// <exception cref="TimeoutException">No answer came in time; the connection is closed. It is unknown whether the message was taken.</exception>
    /// <exception cref="IOException">The connection broke. It is unknown whether the message was taken.</exception>
    /// <exception cref="Hl7Exception">The answer is no message.</exception>
    public async Task<MllpAnswer> SendAsync(Hl7Message message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        var frame = MllpDecoder.Frame(message.ToBytes().Span);
        var controlId = message.Header[10].Value;
        var commit = message.Header[15].Value;
        var application = message.Header[16].Value;
        if (commit == "NE" && application == "NE")
        {
            await GuardedAsync(token => WriteAsync(frame, token), options.AnswerTimeout, cancellation).ConfigureAwait(false);
            return new(null, null);
        }

        return await GuardedAsync(
            async token =>
            {
                await WriteAsync(frame, token).ConfigureAwait(false);
                var answer = await AnswerAsync(controlId, token).ConfigureAwait(false);
                return answer.Get("MSA-1") is ['C', ..] ? new MllpAnswer(answer, null) : new MllpAnswer(null, answer);
            },
            options.AnswerTimeout,
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Waits for another answer to a message that was answered by a commit acknowledgement.</summary>
    /// <exception cref="TimeoutException">No answer came in time; the connection is closed.</exception>
    public Task<Hl7Message> ApplicationAnswerAsync(string controlId, CancellationToken cancellation = default) =>
        GuardedAsync(token => AnswerAsync(controlId, token), options.AnswerTimeout, cancellation);

    /// <summary>Closes the connection.</summary>
    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    private async Task WriteAsync(byte[] frame, CancellationToken cancellation)
    {
        if (_stream is null)
            await ConnectAsync(cancellation).ConfigureAwait(false);
        await _stream!.WriteAsync(frame, cancellation).ConfigureAwait(false);
    }

    private async Task<Hl7Message> AnswerAsync(string controlId, CancellationToken cancellation)
    {
        while (true)
        {
            var content = await FrameAsync(cancellation).ConfigureAwait(false);
            var answer = Hl7Message.Parse(content);
            if (answer.Get("MSA-2") == controlId || (answer.Get("MSA-2") is null && controlId.Length == 0))
                return answer;
            Unmatched++;
        }
    }

    private async Task<byte[]> FrameAsync(CancellationToken cancellation)
    {
        var reader = _reader ?? throw new IOException("There is no connection.");
        while (true)
        {
            var result = await reader.ReadAsync(cancellation).ConfigureAwait(false);
            var arrived = result.Buffer;
            while (_decoder.TryTake(ref arrived, false, out var part))
            {
                if (part.Kind != MllpPartKind.Message)
                    continue;
                var content = part.Bytes.ToArray();
                reader.AdvanceTo(arrived.Start);
                return content;
            }

            if (result.IsCompleted)
                throw new IOException("The receiver closed the connection without an answer.");
            if (arrived.Length > options.MaxMessageLength)
                throw new IOException($"An answer is longer than the {options.MaxMessageLength} bytes that are allowed.");
            reader.AdvanceTo(arrived.Start, result.Buffer.End);
        }
    }

    private async Task ConnectAsync(CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
            await socket.ConnectAsync(options.Host, options.Port, either.Token).ConfigureAwait(false);
            _stream = new NetworkStream(socket, ownsSocket: true);
            if (options.Tls is { } tls)
            {
                tls.TargetHost = string.IsNullOrEmpty(tls.TargetHost) ? options.Host : tls.TargetHost;
                var secured = new SslStream(_stream);
                _stream = secured;
                await secured.AuthenticateAsClientAsync(tls, either.Token).ConfigureAwait(false);
            }
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"There is no connection to {options.Host}:{options.Port}.", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        _decoder = new();
        _reader = PipeReader.Create(_stream);
    }

    private async Task GuardedAsync(Func<CancellationToken, Task> work, TimeSpan timeout, CancellationToken cancellation) =>
        await GuardedAsync<object?>(
            async token =>
            {
                await work(token).ConfigureAwait(false);
                return null;
            },
            timeout,
            cancellation).ConfigureAwait(false);

    /// <summary>Does something within a time; whatever fails closes the connection.</summary>
    private async Task<T> GuardedAsync<T>(Func<CancellationToken, Task<T>> work, TimeSpan timeout, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(timeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            return await work(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            await CloseAsync().ConfigureAwait(false);
            throw new TimeoutException($"{options.Host}:{options.Port} did not answer within {timeout}.", e);
        }
        catch
        {
            await CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask CloseAsync()
    {
        var (stream, reader) = (_stream, _reader);
        (_stream, _reader) = (null, null);
        if (reader is not null)
            await reader.CompleteAsync().ConfigureAwait(false);
        if (stream is not null)
            await stream.DisposeAsync().ConfigureAwait(false);
    }
}
