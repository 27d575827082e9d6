using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace MedStreams.Sinks.Migration;

/// <summary>The header that says which place in which database's outbox a task had: <c>ID:POSITION</c>.</summary>
internal static class OutboxHeader
{
    public const string Name = "medstreams-outbox";

    /// <summary>The header of a task.</summary>
    public static Headers Of(Guid database, long position) =>
        new() { { Name, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{database:N}:{position}")) } };

    /// <summary>The position that a record's headers tell; null: it is none of this database's.</summary>
    public static long? PositionOf(Headers headers, Guid database)
    {
        if (!headers.TryGetLastBytes(Name, out var bytes))
            return null;
        var parts = Encoding.ASCII.GetString(bytes).Split(':');
        return parts.Length == 2 && parts[0] == database.ToString("N")
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? position
            : null;
    }
}
