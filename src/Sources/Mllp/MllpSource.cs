using System.Net;
using Confluent.Kafka;
using MedStreams.Hl7.Mllp;
using Microsoft.Extensions.Logging;

namespace MedStreams.Sources.Mllp;

/// <summary>
/// HL7 v2 messages from MLLP connections into a topic, each exactly once: a message is acknowledged only after the transaction
/// that holds it is committed, and a repetition of it (same sender, same MSH-10, same bytes) is acknowledged without being
/// written again, whichever source it comes to. The memory for that is the topic itself, read back at the start and followed. While Kafka is slow or away senders get no
/// answer and are read no further.
/// </summary>
public sealed class MllpSource : IAsyncDisposable
{
    private readonly TransactionalWriter _writer;
    private readonly MllpServer _server;
    private readonly RecentMessagesFollower _follower;
    private readonly MllpMeter _meter;

    private MllpSource(TransactionalWriter writer, MllpServer server, RecentMessagesFollower follower, MllpMeter meter)
    {
        _writer = writer;
        _server = server;
        _follower = follower;
        _meter = meter;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => _server.EndPoint;

    /// <summary>Ends when nothing can be written any more, another source of the same instance id having started for instance; its exception says why.</summary>
    public Task Completion => _writer.Completion;

    /// <summary>Starts; when the task ends, messages are taken.</summary>
    /// <exception cref="KafkaException">No broker answers in time, or it refuses.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The address is in use or may not be used.</exception>
    public static Task<MllpSource> StartAsync(MllpSourceOptions options, ILoggerFactory loggers, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        return Task.Run(() => StartCoreAsync(options, loggers.CreateLogger<MllpSource>(), cancellation), cancellation);
    }

    /// <summary>Takes no more messages, ends the connections and lets what is under way be committed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _follower.DisposeAsync().ConfigureAwait(false);
        _meter.Dispose();
    }

    private static async Task<MllpSource> StartCoreAsync(MllpSourceOptions options, ILogger logger, CancellationToken cancellation)
    {
        var recent = new RecentMessages(options.DuplicateLimit, options.DuplicateWindow, options.TimeProvider);
        var meter = new MllpMeter();
        var writer = TransactionalWriter.Start(options, logger);
        RecentMessagesFollower? follower = null;
        try
        {
            follower = RecentMessagesFollower.Start(options, recent, cancellation);
            var server = MllpServer.Start(
                options.Server, new MessageIntake(options, writer, recent, new Admissions(follower.CaughtUpAsync), meter, logger));
            MllpLog.Listening(logger, server.EndPoint, recent.Count, options.DuplicateWindow);
            return new(writer, server, follower, meter);
        }
        catch
        {
            if (follower is not null)
                await follower.DisposeAsync().ConfigureAwait(false);
            await writer.DisposeAsync().ConfigureAwait(false);
            meter.Dispose();
            throw;
        }
    }
}
