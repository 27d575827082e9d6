using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace MedStreams.Sources.Cards;

/// <summary>
/// Brings cards from a source into their topic: what is new or has changed, a tombstone for what is gone, and markers when all was told. What has not changed is not written again, whichever
/// process wrote it, since the topic itself is the memory. Of several processes one feeds at a time; who takes over fences the one before.
/// </summary>
/// <param name="options">Where to.</param>
/// <param name="source">Where from; disposed of with the feed.</param>
/// <param name="form">The form of records.</param>
/// <param name="logger">Takes what an operator should know.</param>
public sealed class CardFeed(CardFeedOptions options, ICardSource source, ICardForm form, ILogger<CardFeed> logger)
{
    private static readonly TimeSpan Backoff = TimeSpan.FromSeconds(1);

    /// <summary>Feeds until it is stopped; waits while another process does, or source or brokers are away.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var owned = source;
        using var leader = new FeedLeader(options);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var term = await leader.ElectedAsync(cancellationToken);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(term, cancellationToken);
                await LeadAsync(either.Token);
            }
            catch (OperationCanceledException)
            {
                continue; // stopped, or another process is it now
            }
            catch (KafkaException e)
            {
                CardLog.Unwritable(logger, options.Source, e.Error.Code, e.Error.Reason);
            }

            await Task.Delay(Backoff, options.Clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static void Write(CardWriter writer, CardBatch? batch)
    {
        if (batch is null)
            writer.Repeat();
        else
            writer.Write(batch);
    }

    private async Task LeadAsync(CancellationToken stop)
    {
        using var writer = await Task.Run(() => CardWriter.Open(options, form, logger, stop), stop);
        CardLog.Leading(logger, options.Source, writer.Known.Count);
        var (marked, lastReason) = ((long?)null, "");
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                var batch = await source.ReadAsync(writer.Known.Position, stop);
                if (batch is not null || marked is not { } since || options.Clock.GetElapsedTime(since) >= options.MarkerInterval)
                {
                    await Task.Run(() => Write(writer, batch), CancellationToken.None);
                    marked = options.Clock.GetTimestamp();
                }

                lastReason = "";
            }
            catch (CardSourceException e)
            {
                if (e.Message != lastReason)
                    CardLog.Unreadable(logger, options.Source, e.Message);
                lastReason = e.Message;
            }

            await source.WaitAsync(stop);
        }
    }
}
