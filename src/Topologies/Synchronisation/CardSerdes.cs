using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MedStreams.Serialization;
using MedStreams.Streams;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>The forms of records in the topic of cards.</summary>
public static class CardSerdes
{
    /// <summary>Keys, as text.</summary>
    public static ISerde<CardKey> Key { get; } = new KeySerde();

    /// <summary>
    /// Values: JSON of a card (<c>enterprise</c>, <c>number</c>, <c>operator</c>, <c>due</c> as 2026-11-30, <c>fields</c>, and <c>digest</c>, which is not read) or
    /// of a marker (<c>source</c>, <c>snapshot</c>, <c>partitions</c>, <c>at</c>).
    /// </summary>
    public static ISerde<CardMessage> Message { get; } = new MessageSerde();

    private sealed class KeySerde : ISerde<CardKey>
    {
        public void Serialize(CardKey value, IBufferWriter<byte> destination, in SerdeContext context) =>
            Streams.Serdes.String.Serialize(value.ToString(), destination, context);

        public CardKey Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) =>
            CardKey.TryParse(Streams.Serdes.String.Deserialize(data, context), out var key)
                ? key
                : throw new SerializationException("The key is no card's: it has no slash with something behind it.");
    }

    private sealed class MessageSerde : ISerde<CardMessage>
    {
        private readonly JsonSerde<CardForm> _form = new(CardJson.Default.CardForm);

        public void Serialize(CardMessage value, IBufferWriter<byte> destination, in SerdeContext context) =>
            _form.Serialize(CardForm.Of(value), destination, context);

        public CardMessage Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) =>
            _form.Deserialize(data, context).Read() ?? throw new SerializationException("The value is neither a card nor a marker: members are missing.");
    }
}

/// <summary>A card or a marker, as JSON has it.</summary>
internal sealed record CardForm
{
    public string? Enterprise { get; init; }

    public string? Number { get; init; }

    public string? Operator { get; init; }

    public DateOnly? Due { get; init; }

    public ImmutableSortedDictionary<string, string>? Fields { get; init; }

    public string? Digest { get; init; }

    public string? Source { get; init; }

    public long? Snapshot { get; init; }

    public int? Partitions { get; init; }

    public long? At { get; init; }

    public static CardForm Of(CardMessage message) => message switch
    {
        { Card: { } card } => new CardForm
        {
            Enterprise = card.Enterprise,
            Number = card.Number,
            Operator = card.Operator,
            Due = card.Due,
            Fields = card.Fields.IsEmpty ? null : card.Fields,
            Digest = card.Digest,
        },
        { Marker: { } marker } => new CardForm
        {
            Source = marker.Source,
            Snapshot = marker.Snapshot,
            Partitions = marker.Partitions,
            At = marker.At,
        },
        _ => throw new SerializationException("A message holds a card or a marker."),
    };

    /// <summary>What it says; null where something is missing.</summary>
    public CardMessage? Read()
    {
        if (Enterprise is { Length: > 0 } && Number is { Length: > 0 } && Operator is not null && Due is { } due)
        {
            return new CardMessage(new Card(Enterprise, Number, Operator, due)
            {
                Fields = Fields ?? ImmutableSortedDictionary<string, string>.Empty,
            });
        }

        return Enterprise is null && Source is { Length: > 0 } && Snapshot is { } snapshot && Partitions is > 0 and var partitions && At is { } at
            ? new CardMessage(Marker: new SnapshotMarker(Source, snapshot, partitions, at))
            : null;
    }
}

/// <summary>Generated code.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CardForm))]
internal sealed partial class CardJson : JsonSerializerContext;
