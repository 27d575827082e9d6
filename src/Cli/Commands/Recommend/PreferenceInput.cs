using System.Globalization;
using System.Text;
using Confluent.Kafka;
using MedStreams.Cli.Commands.Consume;
using MedStreams.Cli.Records;
using MedStreams.Streams;
using MedStreams.Topologies.Recommendations;

namespace MedStreams.Cli.Commands.Recommend;

/// <summary>Preferences of a file or a topic, as they stand at its end: in order of arrival, the last one of each cell, without those taken away.</summary>
internal static class PreferenceInput
{
    /// <summary>Lines of CSV (<c>user,item,value</c>, a first line without a number is a heading) or of JSON (<c>{"user":..,"item":..,"value":..}</c>).</summary>
    /// <exception cref="CliException">A line is neither; the text names its number.</exception>
    public static async Task<IReadOnlyList<Preference>> ReadAsync(Stream input, CancellationToken stop)
    {
        var cells = new Cells();
        var number = 0;
        await foreach (var bytes in InputLines.ReadAsync(input, stop))
        {
            number++;
            var line = Encoding.UTF8.GetString(bytes).Trim();
            if (line.Length == 0)
                continue;
            var fault = line[0] == '{' ? Json(line, cells) : Csv(line, number == 1, cells);
            if (fault is not null)
                throw CliException.Failed($"line {number} is no preference: {fault}");
        }

        return cells.InOrder;
    }

    /// <summary>The records of the topic of preferences, to its present end; what the topology would refuse is left out, and counted.</summary>
    public static (IReadOnlyList<Preference> Preferences, int Refused) Read(CommandContext context, string topic, CancellationToken stop)
    {
        var cells = new Cells();
        var refused = 0;
        var options = new ConsumeOptions
        {
            Topic = topic,
            From = new StartPosition(Offset.Beginning, null, null),
            Partitions = [],
            Count = null,
            Follow = false,
            Isolation = IsolationLevel.ReadCommitted,
            Fields = [],
        };
        TopicScan.Read(context, options, record => refused += Take(record.Message, cells) ? 0 : 1, static () => { }, stop);
        return (cells.InOrder, refused);
    }

    private static bool Take(Message<byte[]?, byte[]?> message, Cells cells)
    {
        var user = message.Key is { } key ? Encoding.UTF8.GetString(key) : null;
        if (PreferenceRules.IdFault("user", user) is not null)
            return false;
        if (message.Value is null)
        {
            cells.Forget(user!);
            return true;
        }

        try
        {
            var preference = RecommendationSerdes.Preference.Deserialize(message.Value, default);
            if (preference.Fault(user) is not null)
                return false;
            cells.Set(user!, preference.Item, preference.Value);
            return true;
        }
        catch (SerializationException)
        {
            return false;
        }
    }

    private static string? Json(string line, Cells cells)
    {
        try
        {
            var preference = RecommendationSerdes.Preference.Deserialize(Encoding.UTF8.GetBytes(line), default);
            if (preference.Fault(preference.User) is { } fault)
                return fault;
            cells.Set(preference.User!, preference.Item, preference.Value);
            return null;
        }
        catch (SerializationException e)
        {
            return e.Message;
        }
    }

    private static string? Csv(string line, bool isFirst, Cells cells)
    {
        var fields = line.Split(',', StringSplitOptions.TrimEntries);
        if (fields.Length != 3)
            return $"it has {fields.Length} fields, not user, item and value";
        if (!double.TryParse(fields[2], NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            return isFirst ? null : "its value is no number";
        if ((PreferenceRules.IdFault("user", fields[0]) ?? PreferenceRules.IdFault("item", fields[1]) ?? PreferenceRules.ValueFault(value)) is { } fault)
            return fault;
        cells.Set(fields[0], fields[1], value);
        return null;
    }

    /// <summary>The matrix as it stands.</summary>
    private sealed class Cells
    {
        private readonly Dictionary<string, Dictionary<string, (double Value, long Order)>> _users = new(StringComparer.Ordinal);
        private long _order;

        public IReadOnlyList<Preference> InOrder =>
        [
            .. _users.SelectMany(u => u.Value.Select(c => (Preference: new Preference(u.Key, c.Key, c.Value.Value), c.Value.Order)))
                .OrderBy(c => c.Order).Select(c => c.Preference),
        ];

        public void Set(string user, string item, double? value)
        {
            if (!_users.TryGetValue(user, out var items))
                _users.Add(user, items = new(StringComparer.Ordinal));
            if (value is { } given)
                items[item] = (given, _order++);
            else
                items.Remove(item);
        }

        public void Forget(string user) => _users.Remove(user);
    }
}
