using System.Buffers;

namespace MedStreams.Broker.Storage;

/// <summary>What a topic may be called: the rules of Apache Kafka.</summary>
internal static class TopicName
{
    private const int MaxLength = 249;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    /// <summary>What is wrong with a name; null when nothing is.</summary>
    public static string? Fault(string name)
    {
        if (name.Length == 0)
            return "Topic name is invalid: the empty string is not allowed";
        if (name is "." or "..")
            return "Topic name is invalid: '.' and '..' are not allowed";
        if (name.Length > MaxLength)
            return $"Topic name is invalid: it is longer than {MaxLength} characters";
        return name.AsSpan().ContainsAnyExcept(Allowed)
            ? "Topic name is invalid: it has a character other than ASCII letters and digits, '.', '_' and '-'"
            : null;
    }

    /// <summary>Whether two names are the same in metrics, where a full stop becomes an underscore.</summary>
    public static bool Collide(string one, string other) =>
        one != other && one.Length == other.Length && one.Replace('.', '_') == other.Replace('.', '_');
}
