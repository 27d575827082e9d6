using System.Collections.Frozen;
using System.Text;

namespace MedStreams.Broker.Protocol;

/// <summary>Kafka's spelling of error codes.</summary>
internal static class ErrorCodes
{
    private static readonly FrozenDictionary<ErrorCode, string> Names =
        Enum.GetValues<ErrorCode>().Distinct().ToFrozenDictionary(error => error, error => Spell(error.ToString()));

    /// <summary>The name, such as <c>UNKNOWN_TOPIC_OR_PARTITION</c>; the number where it has none.</summary>
    public static string KafkaName(this ErrorCode error) => Names.GetValueOrDefault(error) ?? error.ToString();

    private static string Spell(string name)
    {
        var spelled = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c) && spelled.Length > 0)
                spelled.Append('_');
            spelled.Append(char.ToUpperInvariant(c));
        }

        return spelled.ToString();
    }
}
