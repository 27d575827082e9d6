using System.Buffers;
using System.Collections.Immutable;
using MedStreams.Cli.Configuration;
using MedStreams.Sinks;
using MedStreams.Sources.Cards;
using MedStreams.Streams;
using MedStreams.Topologies.Synchronisation;
using Microsoft.Extensions.Logging;

namespace MedStreams.Cli.Running.Synchronisation;

/// <summary>What a feed of cards is made from.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Directory">Where relative paths begin.</param>
/// <param name="Kafka">How brokers are reached, by librdkafka's names.</param>
/// <param name="Topic">The topic of cards.</param>
/// <param name="ApplicationId">The application whose processes share the feeding.</param>
/// <param name="Loggers">Where it reports.</param>
/// <param name="Clock">The clock.</param>
internal sealed record CardFeeding(
    EffectiveSettings Settings, string Directory, IReadOnlyDictionary<string, string> Kafka, string Topic, string ApplicationId, ILoggerFactory Loggers, TimeProvider Clock)
{
    /// <summary>Where rows go that are no cards.</summary>
    public string DeadLetterTopic => Topic + ".dead-letter";

    /// <summary>The feed that the settings ask for.</summary>
    /// <returns>Null where others write the topic of cards.</returns>
    /// <exception cref="CliException">A setting is missing.</exception>
    public CardFeed? Create()
    {
        if (!Settings.Find(CardSettings.Kind, out var kind))
            return null;
        var columns = CardSettings.ToColumns(Settings);
        ICardSource source = kind switch
        {
            CardSourceKind.Csv => new CsvCardSource(Path.GetFullPath(Settings.Require(CardSettings.File), Directory), columns, Settings.Get(CardSettings.Interval), Clock)
            {
                Delimiter = Settings.Get(CardSettings.Delimiter),
                Encoding = Settings.Get(CardSettings.Encoding),
            },
            CardSourceKind.Topic => new TopicCardSource(Kafka, Settings.Require(CardSettings.InputTopic), columns),
            _ => Database(columns),
        };
        var options = new CardFeedOptions
        {
            Kafka = Kafka,
            Topic = Topic,
            DeadLetterTopic = DeadLetterTopic,
            Source = Settings.Get(CardSettings.Source),
            Group = $"{ApplicationId}-cards-{Settings.Get(CardSettings.Source)}",
            MostRemoved = Settings.Get(CardSettings.MostRemoved),
            Clock = Clock,
        };
        return new CardFeed(options, source, new Form(), Loggers.CreateLogger<CardFeed>());
    }

    private SqlCardSource Database(CardColumns columns)
    {
        var (from, connection) = (
            Settings.Require(CardSettings.From),
            Settings.Find(CardSettings.ConnectionString, out var own) ? own : Settings.Require(PostgresSettings.ConnectionString));
        try
        {
            var database = PostgresReading.Open(connection, connections: 1);
            var wakeUp = new PostgresWakeUp(connection, Settings.Find(CardSettings.Channel, out var channel) ? channel : null, Settings.Get(CardSettings.Interval), Clock);
            return new SqlCardSource(database, from, columns, wakeUp.WaitAsync, Settings.Get(CardSettings.Timeout)) { Resources = [wakeUp, database] };
        }
        catch (StreamsException e)
        {
            throw CliException.Usage($"{SettingsCatalog.Section}:{CardSettings.ConnectionString.Key}: {e.Message}");
        }
    }

    /// <summary>Records as the topology reads them.</summary>
    private sealed class Form : ICardForm
    {
        public string Key(string enterprise, string number) => new CardKey(enterprise, number).ToString();

        public byte[] Value(CardRow card) => Bytes(new CardMessage(new Card(card.Enterprise, card.Number, card.Operator, card.Due)
        {
            Fields = card.Fields.ToImmutableSortedDictionary(StringComparer.Ordinal),
        }));

        public string MarkerKey(string source) => CardKey.OfMarker(source).ToString();

        public byte[] Marker(string source, long snapshot, int partitions, DateTimeOffset at) =>
            Bytes(new CardMessage(Marker: new SnapshotMarker(source, snapshot, partitions, at.ToUnixTimeMilliseconds())));

        private static byte[] Bytes(CardMessage message)
        {
            var buffer = new ArrayBufferWriter<byte>();
            CardSerdes.Message.Serialize(message, buffer, default);
            return buffer.WrittenSpan.ToArray();
        }
    }
}
