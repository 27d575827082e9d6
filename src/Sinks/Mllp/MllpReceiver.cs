using System.Collections.Concurrent;
using MedStreams.Hl7;
using MedStreams.Hl7.Mllp;
using MedStreams.Streams;

namespace MedStreams.Sinks.Mllp;

/// <summary>
/// A system that takes HL7 messages over MLLP (HL7 v2 Implementation Guide, MLLP release 1), through a few connections that stay open. Each carries one message at a
/// time; after a fault or without an answer in time it is closed, so that a late answer is never taken for that of the next message. Safe for use by
/// several threads.
/// </summary>
public sealed class MllpReceiver : IAsyncDisposable
{
    private readonly MllpClientOptions _options;
    private readonly SemaphoreSlim _free;
    private readonly ConcurrentBag<MllpClient> _idle = [];
    private readonly ConcurrentBag<MllpClient> _all = [];

    /// <summary>Connects when there is something to send.</summary>
    /// <param name="options">Where it is, and how long it may take to answer.</param>
    /// <param name="connections">How many connections there are at most; 1 and more.</param>
    public MllpReceiver(MllpClientOptions options, int connections)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(connections, 1);
        _options = options;
        _free = new(connections);
    }

    /// <summary>Answers that belonged to no message under way, repeated or late ones, and were passed over.</summary>
    public long Unmatched => _all.Sum(static client => client.Unmatched);

    /// <summary>Sends a message and waits for its answer, the application's or (with MSH-15 AL) that of having kept it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellation">Ends the wait; it is unknown then whether the message was taken.</param>
    /// <returns>MSA-1, and the codes of all ERR-3 with commas between (or of ERR-1.4 up to version 2.4); empty where there are none.</returns>
    /// <exception cref="RetriableException">
    /// There is no connection, no answer in time, one that is no message, or one that says "not now": AE, AR, CE or CR with code 206 (locked) or 207 (internal error).
    /// </exception>
    public async Task<(string Code, string Errors)> SendAsync(Hl7Message message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        await _free.WaitAsync(cancellation);
        try
        {
            if (!_idle.TryTake(out var client))
            {
                client = new MllpClient(_options);
                _all.Add(client);
            }

            try
            {
                return Read(await client.SendAsync(message, cancellation));
            }
            finally
            {
                _idle.Add(client);
            }
        }
        catch (Exception e) when (e is IOException or TimeoutException or Hl7Exception or System.Security.Authentication.AuthenticationException)
        {
            throw new RetriableException($"the HL7 receiver at {_options.Host}:{_options.Port} gave no answer", e);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _all)
            await client.DisposeAsync();
        _free.Dispose();
    }

    private (string Code, string Errors) Read(MllpAnswer answer)
    {
        var said = answer.Application ?? answer.Commit;
        var errors = (said?.SegmentsOf("ERR") ?? [])
            .Select(static error => error[3][1][1].Value is { Length: > 0 } code ? code : error[1][1][4].Value)
            .Where(static code => code.Length is > 0 and <= 20 && code.All(char.IsAsciiLetterOrDigit)) // whatever else stands there may be text
            .ToList();
        if (!answer.IsAccepted && errors.Exists(static code => code is "206" or "207"))
            throw new RetriableException($"the HL7 receiver at {_options.Host}:{_options.Port} cannot take messages now ({answer.Code}, {string.Join(",", errors)})");
        return (answer.Code, string.Join(",", errors));
    }
}
