using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Terminal;

namespace MedStreams.Cli.Commands.Query;

/// <summary><c>query [STORE]</c>: asks the stores of a running topology, at any of its instances.</summary>
internal static class QueryCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var store = new Argument<string?>("STORE")
        {
            Description = "The store; none lists stores and hosts",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var options = new QueryOptions();
        var command = new Command("query", "Asks the stores of a running topology, at any of its instances")
        {
            store,
            new SettingOption("--server", StreamsSettings.ApplicationServer) { HelpName = "HOST:PORT" },
        };
        foreach (var option in options.All)
            command.Add(option);
        return command.Runs(environment, async (context, stop) =>
        {
            using var client = new QueryClient(
                context.Settings.Require(StreamsSettings.ApplicationServer),
                context.Settings.Find(StreamsSettings.HttpToken, out var token) ? token : null,
                context.Settings.Get(KafkaSettings.Timeout));
            var listing = await client.ListAsync(stop);
            if (context.Parse.GetValue(store) is not { } name)
            {
                List(context, listing);
                return ExitCodes.Done;
            }

            return await AskAsync(context, client, name, options.Read(context.Parse, KeyTypeOf(listing, name)), stop);
        });
    }

    private static async Task<int> AskAsync(
        CommandContext context, QueryClient client, string store, QueryFields fields, CancellationToken stop)
    {
        var rows = new QueryRows(context.Output);
        string? after = null;
        do
        {
            var answer = await client.AskAsync(store, fields.ToJson(after), stop);
            if (answer is not { } body)
                throw CliException.CheckFailed("the key has no value");
            after = rows.Add(body);
        }
        while (after is not null && fields.All);
        rows.Write();
        if (after is not null)
            context.Say($"There is more: --after {after}, or --all.");
        return ExitCodes.Done;
    }

    private static string KeyTypeOf(JsonElement listing, string store) =>
        listing.GetProperty("stores").EnumerateArray().Where(s => s.GetProperty("name").GetString() == store)
            .Select(s => s.GetProperty("keyType").GetString()!).FirstOrDefault()
        ?? throw CliException.Usage($"There is no store {store}; there is {string.Join(
            ", ", listing.GetProperty("stores").EnumerateArray().Select(s => s.GetProperty("name").GetString()))}.");

    private static void List(CommandContext context, JsonElement listing)
    {
        if (context.Output.Json)
        {
            context.Output.WriteJson(listing.WriteTo);
            return;
        }

        var table = new Table("store", "kind", "keys", "values", "partitions", "hosts");
        foreach (var store in listing.GetProperty("stores").EnumerateArray())
        {
            var name = store.GetProperty("name").GetString()!;
            var hosts = listing.GetProperty("hosts").EnumerateArray()
                .Where(h => h.GetProperty("stores").EnumerateArray().Any(s => s.GetString() == name))
                .Select(h => h.GetProperty("host").GetString());
            table.Add(
                name,
                store.GetProperty("kind").GetString(),
                store.GetProperty("keyType").GetString(),
                store.GetProperty("valueType").GetString(),
                store.GetProperty("partitions").GetInt32(),
                string.Join(' ', hosts));
        }

        context.Output.Write(table);
    }
}

/// <summary>The rows of an answer, one page after the other.</summary>
internal sealed class QueryRows(CliOutput output)
{
    private static readonly string[] Columns = ["key", "windowStart", "windowEnd", "value", "timestamp", "validTo"];
    private readonly List<JsonElement> _rows = [];

    /// <summary>Takes an answer in; answers where it goes on, or null.</summary>
    public string? Add(JsonElement answer)
    {
        if (answer.TryGetProperty("entries", out var entries))
        {
            _rows.AddRange(entries.EnumerateArray());
            return answer.GetProperty("next").GetString();
        }

        if (answer.TryGetProperty("versions", out var versions))
            _rows.AddRange(versions.EnumerateArray());
        else
            _rows.Add(answer);
        return null;
    }

    public void Write()
    {
        if (output.Json)
        {
            output.WriteJson(writer =>
            {
                writer.WriteStartArray();
                foreach (var row in _rows)
                    row.WriteTo(writer);
                writer.WriteEndArray();
            });
            return;
        }

        var columns = Columns.Where(c => _rows.Exists(r => r.TryGetProperty(c, out _))).ToArray();
        var table = new Table(columns);
        foreach (var row in _rows)
            table.Add([.. columns.Select(c => row.TryGetProperty(c, out var cell) ? Cell(cell) : null)]);
        output.Write(table);
    }

    private static object? Cell(JsonElement cell) => cell.ValueKind switch
    {
        JsonValueKind.String => cell.GetString(),
        JsonValueKind.Number when cell.TryGetInt64(out var number) => number,
        JsonValueKind.Number => cell.GetDouble().ToString(CultureInfo.InvariantCulture),
        JsonValueKind.Null => null,
        _ => cell.GetRawText(),
    };
}
