using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using MedStreams.Serialization;
using MedStreams.Streams;
using MedStreams.Topologies.Recommendations;

namespace MedStreams.Topologies.Delivery;

/// <summary>A message's content: what is recommended to a user now, and what no longer is.</summary>
/// <param name="List">What is recommended.</param>
/// <param name="Withdrawn">Items of the list before that are not in this one.</param>
/// <param name="IsCorrection">Whether a list was delivered for the user before.</param>
internal sealed record Delivery(RecommendationList List, ImmutableArray<string> Withdrawn, bool IsCorrection)
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
    private const int IdLength = 20; // the longest MSH-10 up to version 2.6

    /// <summary>
    /// MSH-10: the same however often and by whomever the delivery is sent, and different for each other one: 100 bits of the content's
    /// SHA-256.
    /// </summary>
    public string ControlId()
    {
        var content = new StringBuilder();
        Append(content, List.User);
        content.Append(CultureInfo.InvariantCulture, $"{List.ComputedAt}|{List.Method}|{(IsCorrection ? 'C' : 'F')}");
        foreach (var item in List.Items)
        {
            Append(content.Append('+'), item.Item);
            content.Append(CultureInfo.InvariantCulture, $"{item.Value:R}");
        }

        foreach (var item in Withdrawn)
            Append(content.Append('-'), item);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(content.ToString()));
        return string.Create(IdLength, hash, static (id, bytes) =>
        {
            for (var i = 0; i < id.Length; i++)
                id[i] = Digits[bytes[i] & 31];
        });

        static void Append(StringBuilder to, string text) => to.Append(CultureInfo.InvariantCulture, $"{text.Length}:").Append(text);
    }
}

/// <summary>What became of a delivery: a record of the topic of deliveries, whose key is the user.</summary>
/// <param name="ControlId">MSH-10 of the message.</param>
/// <param name="Code">MSA-1 of the answer, AA or CA.</param>
/// <param name="Items">How many items it recommends.</param>
/// <param name="Withdrawn">How many it withdraws.</param>
/// <param name="ComputedAt">When the recommendations were worked out, in epoch milliseconds.</param>
/// <param name="DeliveredAt">When the answer came, in epoch milliseconds.</param>
public sealed record DeliveredList(string ControlId, string Code, int Items, int Withdrawn, long ComputedAt, long DeliveredAt);

/// <summary>The form of records: JSON with names like <c>controlId</c>.</summary>
public static class DeliverySerdes
{
    /// <summary>What became of deliveries.</summary>
    public static ISerde<DeliveredList> Delivered { get; } = new JsonSerde<DeliveredList>(DeliveryFormats.Default.DeliveredList);
}

/// <summary>Generated code.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DeliveredList))]
internal sealed partial class DeliveryFormats : JsonSerializerContext;
