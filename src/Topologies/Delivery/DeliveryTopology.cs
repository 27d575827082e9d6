using MedStreams.Streams;
using MedStreams.Topologies.Recommendations;

namespace MedStreams.Topologies.Delivery;

/// <summary>
/// Recommendations on their way to an EMR (S5.6): <c>recommendations</c> to HL7 messages, each sent until it is answered, to <c>emr.deliveries</c>. Those of a
/// user go in their order. A message may be sent again, after a crash or where no answer came, and carries the same MSH-10 then, by which receivers know
/// repetitions (HL7 v2.5.1, 2.9.2); what came of it is told exactly once. What the receiver refuses goes to the dead-letter topic; while it is away,
/// everything waits.
/// </summary>
public static class DeliveryTopology
{
    /// <summary>The last list of each user; may be queried.</summary>
    public const string LastStore = "delivery-last";

    private const int Attempts = 2;

    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    /// <summary>Adds the topology to a builder.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">The rules.</param>
    /// <param name="receiver">Takes the messages.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public static void Build(StreamsBuilder builder, DeliveryOptions options, IMessageReceiver receiver)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(receiver);
        options.Validate();
        builder.AddStateStore(Stores.KeyValueStoreBuilder(Stores.PersistentKeyValueStore(LastStore), Serdes.String, RecommendationSerdes.List));
        builder
            .Stream(options.RecommendationTopic, Consumed.With(Serdes.String, RecommendationSerdes.List) with { Name = "recommended" })
            .Process(() => new DeliveryProcessor(), Named.As("to-deliver"), [LastStore])
            .ProcessAsync<string, DeliveredList>(
                async (record, context) => [record.WithValue(await SendAsync(record.Value, options, receiver, context))],
                new AsyncOptions
                {
                    MaxConcurrency = options.AtOnce,
                    Timeout = (Attempts * options.Limit) + Margin,
                    // What is away for longer is held back by the engine, with everything behind it.
                    Retry = new() { MaxAttempts = Attempts, Handles = static error => error is RetriableException },
                    OnExhausted = static error => error.Error is MessageRefusedException ? ErrorVerdict.DeadLetter : ErrorVerdict.Fail,
                },
                Named.As("deliver"))
            .To(options.DeliveryTopic, Produced.With(Serdes.String, DeliverySerdes.Delivered) with { Name = "delivered" });
    }

    /// <summary>All topics that the topology reads and writes, those that the engine makes for itself left out.</summary>
    public static IReadOnlyList<string> Topics(DeliveryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return [options.RecommendationTopic, options.DeliveryTopic];
    }

    private static async ValueTask<DeliveredList> SendAsync(
        Delivery delivery, DeliveryOptions options, IMessageReceiver receiver, AsyncCallContext context)
    {
        var message = DeliveryMessage.Of(delivery, options);
        MessageReceipt receipt;
        try
        {
            receipt = await receiver.DeliverAsync(message, context.CancellationToken).AsTask().WaitAsync(options.Limit, context.Clock, context.CancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new RetriableException($"the receiver did not answer within {options.Limit}", e);
        }

        if (!receipt.IsAccepted)
            throw new MessageRefusedException($"the receiver answered {receipt.Code}{(receipt.Errors.Length > 0 ? $", ERR-3 {receipt.Errors}" : "")}");
        return new DeliveredList(
            delivery.ControlId(), receipt.Code, delivery.List.Items.Length, delivery.Withdrawn.Length, delivery.List.ComputedAt,
            context.Clock.GetUtcNow().ToUnixTimeMilliseconds());
    }
}

/// <summary>Works out what changes for a user since the list before.</summary>
internal sealed class DeliveryProcessor : IProcessor<string, RecommendationList?, string, Delivery>
{
    private IProcessorContext<string, Delivery> _context = null!;
    private IKeyValueStore<string, RecommendationList?> _last = null!;

    public void Init(IProcessorContext<string, Delivery> context)
    {
        _context = context;
        _last = context.GetStateStore<IKeyValueStore<string, RecommendationList?>>(DeliveryTopology.LastStore);
    }

    public void Process(in Record<string, RecommendationList?> record)
    {
        var before = _last.Get(record.Key);
        var now = record.Value ?? new RecommendationList(record.Key, [], record.Timestamp, before?.Method ?? "", before?.Fallback ?? false);
        if (now.SaysTheSameAs(before) || (before is null && now.Items.IsEmpty))
            return;
        _last.Put(record.Key, record.Value);
        var withdrawn = before is null ? [] : before.Items.Select(i => i.Item).Except(now.Items.Select(i => i.Item), StringComparer.Ordinal);
        _context.Forward(record.WithValue(new Delivery(now, [.. withdrawn], before is not null)));
    }
}
