using System.Buffers;
using System.Collections.Immutable;
using System.Net.Http.Json;
using System.Text.Json;
using Confluent.Kafka;
using MedStreams.Hl7;
using MedStreams.Hl7.Mllp;
using MedStreams.Hl7.Views;
using MedStreams.Local;
using MedStreams.Sinks;
using MedStreams.Streams;
using MedStreams.Topologies.RangeStatistics;

namespace MedStreams.Cli.Demo.Clinic;

/// <summary>
/// HL7 messages over MLLP into reservations (S4) and range statistics (S1): an association that overtakes its reservation, a
/// cancellation, a merge, real messages where there are some, and a range whose modules finish a round one after the other. Everything
/// that the tables show at the end is held against what it must be.
/// </summary>
internal sealed class ClinicAct(DemoStack stack, ClinicProcesses processes, CliEnvironment environment, IDemoDisplay display)
{
    private const string Inbound = "hl7.inbound";
    private const string Range = "campus-1";
    private const int MadePatients = 20;

    /// <summary>The number that the SIU messages among the real ones are about; S15 to S17 are among them.</summary>
    private const string RealAppointment = "36996";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] Modules = ["admissions", "orders", "scheduling"];

    private readonly HashSet<string> _acknowledged = new(StringComparer.Ordinal);
    private readonly List<string> _differences = [];
    private readonly Dictionary<string, string> _expected = new(StringComparer.Ordinal)
    {
        ["DEMO-N1^CAMPUS"] = "DEMO-P1^CAMPUS Associated [\"visit DEMO-V1\"]",
        ["DEMO-N2^CAMPUS"] = "DEMO-P2^CAMPUS Cancelled []",
        ["DEMO-N3^CAMPUS"] = "DEMO-P4^CAMPUS Associated [\"visit DEMO-V3\"]",
        ["DEMO-N5^CAMPUS"] = "DEMO-P5^CAMPUS Reserved []",
    };

    private int _overtaken;

    /// <summary>Runs it to its end.</summary>
    public async Task<ClinicOutcome> RunAsync(CancellationToken stop)
    {
        await processes.ReadyAsync(stop);
        var messages = new ClinicMessages(environment.Clock.GetUtcNow());
        await using var sender = new MllpClient(new() { Host = "127.0.0.1", Port = processes.MllpPort, AnswerTimeout = Patience });
        await StoryAsync(messages, sender, stop);
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = stack.Broker.BootstrapServers, EnableIdempotence = true })
            .SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        foreach (var module in Modules)
            await JoinAsync(producer, module, stop);
        await RoundAsync(producer, 1, late: null, stop);
        await OthersAsync(messages, sender, stop);
        await RoundAsync(producer, 2, late: "orders", stop);
        var rows = await SettleAsync(stop);
        return new()
        {
            Acknowledged = _acknowledged.Count,
            InTopic = InTopic(stop).Count,
            Reservations = rows.Count,
            Overtaken = _overtaken,
            Differences = _differences,
            Round = 2,
        };
    }

    private async Task StoryAsync(ClinicMessages messages, MllpClient sender, CancellationToken stop)
    {
        await SendAsync(sender, messages.Arrival("DEMO-P1", "DEMO-V1"), stop);
        var parked = await UntilAsync(() => IsParkedAsync("DEMO-P1^CAMPUS", stop), stop);
        Check(parked, "the association that came first is not parked");
        display.Tell("HL7 over MLLP: patient DEMO-P1 arrived (ADT^A04) before the reservation came; the association is parked");
        await SendAsync(sender, messages.Appointment("S12", "DEMO-N1", "DEMO-P1"), stop);
        var found = await UntilAsync(async () => (await RowsAsync(stop)).GetValueOrDefault("DEMO-N1^CAMPUS") == _expected["DEMO-N1^CAMPUS"], stop);
        _overtaken += parked && found ? 1 : 0;
        display.Tell("the reservation (SIU^S12) came: its partition found the association, DEMO-N1 is Associated");

        await SendAsync(sender, messages.Appointment("S12", "DEMO-N2", "DEMO-P2"), stop);
        await SendAsync(sender, messages.Appointment("S15", "DEMO-N2", "DEMO-P2"), stop);
        await SendAsync(sender, messages.Appointment("S12", "DEMO-N3", "DEMO-P3"), stop);
        await SendAsync(sender, messages.Merge("DEMO-P3", "DEMO-P4"), stop);
        await SendAsync(sender, messages.Arrival("DEMO-P4", "DEMO-V3"), stop);
        await SendAsync(sender, messages.Appointment("S13", "DEMO-N5", "DEMO-P5", 30), stop);
        display.Tell("sent a cancellation (S15), a merge of two patients (A40), a change that came alone (S13)");
    }

    private async Task OthersAsync(ClinicMessages messages, MllpClient sender, CancellationToken stop)
    {
        var folder = RealLogs.FindFolder(environment.Variables) is { } data ? Path.Combine(data, "hl7") : null;
        var real = folder is not null && Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.hl7").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList()
            : [];
        if (real.Count == 0)
        {
            foreach (var made in messages.InPlaceOfReal(MadePatients))
                await SendAsync(sender, made, stop);
            for (var i = 0; i < MadePatients; i++)
                _expected[$"MADE-N{i}^CAMPUS"] = $"MADE-P{i}^CAMPUS Associated [\"order MADE-O{i}\", \"visit MADE-V{i}\"]";
            _overtaken += MadePatients / 2;
            display.Tell($"{3 * MadePatients:N0} more messages, made with the product's builder: no folder with real ones is here");
            return;
        }

        foreach (var bytes in real)
            await SendAsync(sender, Hl7Message.Parse(bytes).Edit().SetRaw("MSH-15", string.Empty).SetRaw("MSH-16", string.Empty).ToMessage(), stop);
        var cancelled = await UntilAsync(
            async () => (await RowsAsync(stop)).GetValueOrDefault(RealAppointment)?.Contains(" Cancelled ", StringComparison.Ordinal) == true, stop);
        Check(cancelled, $"the appointment {RealAppointment} of the real messages is not cancelled");
        display.Tell($"{real.Count:N0} real messages of {folder}; their appointment {RealAppointment} was made, moved and cancelled");
    }

    /// <summary>The modules of the range count what is in the topic, one after the other; the last one may be late.</summary>
    private async Task RoundAsync(IProducer<string, byte[]> producer, long round, string? late, CancellationToken stop)
    {
        var counts = InTopic(stop).CountBy(ModuleOf).ToDictionary(StringComparer.Ordinal);
        foreach (var module in Modules.Where(m => m != late))
            await ReportAsync(producer, module, round, counts.GetValueOrDefault(module), stop);
        if (late is not null)
        {
            var held = await UntilAsync(async () => await RangeAsync(stop) is { Round: var agreed, Pending: var pending } && agreed == round - 1 && pending == $"[\"{late}\"]", stop);
            Check(held, "the range does not wait for its last module");
            var (_, consistent, latest, _) = (await RangeAsync(stop)).GetValueOrDefault();
            display.Tell($"range statistics: round {round} waits for {late}; consistent {consistent} (round {round - 1}), latest {latest} (mixed)");
            await ReportAsync(producer, late, round, counts.GetValueOrDefault(late), stop);
        }

        var total = counts.Values.Sum();
        var agreedOn = await UntilAsync(async () => await RangeAsync(stop) is { } range && range.Round == round && range.Consistent == total, stop);
        Check(agreedOn, $"the range does not agree on {total} messages in round {round}");
        display.Tell($"range statistics: all modules agree on round {round}, {total:N0} messages");
    }

    private async Task<Dictionary<string, string>> SettleAsync(CancellationToken stop)
    {
        var rows = new Dictionary<string, string>();
        await UntilAsync(
            async () =>
            {
                rows = await RowsAsync(stop);
                return _expected.All(e => rows.GetValueOrDefault(e.Key) == e.Value);
            },
            stop);
        foreach (var (number, state) in _expected.Where(e => rows.GetValueOrDefault(e.Key) != e.Value))
            _differences.Add($"reservation {number}: expected {state}, found {rows.GetValueOrDefault(number) ?? "nothing"}");
        return rows;
    }

    private async Task SendAsync(MllpClient sender, Hl7Message message, CancellationToken stop)
    {
        if ((await sender.SendAsync(message, stop)).IsAccepted)
            _acknowledged.Add(message.Text);
    }

    private static string ModuleOf(byte[] message) => Hl7Message.Parse(message).Msh.Type switch
    {
        "ADT" => "admissions",
        "SIU" => "scheduling",
        _ => "orders",
    };

    private List<byte[]> InTopic(CancellationToken stop) => CommittedRecords.Read(stack.Broker.BootstrapServers, Inbound, stop);

    private static Task JoinAsync(IProducer<string, byte[]> producer, string module, CancellationToken stop) => ProduceAsync(
        producer, "statistics.membership", RangeStatisticsSerdes.Membership, new(module, MembershipChange.Join), stop);

    private static Task ReportAsync(IProducer<string, byte[]> producer, string module, long round, int messages, CancellationToken stop) => ProduceAsync(
        producer,
        "statistics.reports",
        RangeStatisticsSerdes.Report,
        new(module, round, UpdateFlag.Updated, ImmutableSortedDictionary<string, decimal>.Empty.Add("messages", messages).Add("round", round)),
        stop);

    private static async Task ProduceAsync<T>(IProducer<string, byte[]> producer, string topic, ISerde<T> serde, T value, CancellationToken stop)
    {
        var bytes = new ArrayBufferWriter<byte>();
        serde.Serialize(value, bytes, default);
        await producer.ProduceAsync(topic, new() { Key = Range, Value = bytes.WrittenSpan.ToArray() }, stop);
    }

    /// <summary>Asks the running topology whether an association of the user waits.</summary>
    private async Task<bool> IsParkedAsync(string user, CancellationToken stop)
    {
        try
        {
            using var http = new HttpClient();
            using var body = new StringContent($"{{\"key\":\"{user}\"}}");
            using var answer = await http.PostAsync(new Uri($"http://{processes.QueryServer}/queries/reservation-cache"), body, stop);
            if (!answer.IsSuccessStatusCode)
                return false;
            var json = await answer.Content.ReadFromJsonAsync<JsonElement>(stop);
            return json.GetProperty("value").GetProperty("associations").EnumerateObject()
                .Any(association => association.Value.GetProperty("number").ValueKind == JsonValueKind.Null);
        }
        catch (HttpRequestException)
        {
            return false; // it is still starting
        }
    }

    private async Task<Dictionary<string, string>> RowsAsync(CancellationToken stop)
    {
        const string Rows = """SELECT number, "user", status, associations::text FROM medstreams.reservations""";
        try
        {
            return await PostgresQuery
                .RowsAsync(stack.Postgres.ConnectionString, Rows, r => (Number: r.GetString(0), State: $"{r.GetString(1)} {r.GetString(2)} {r.GetString(3)}"), stop)
                .ToDictionaryAsync(r => r.Number, r => r.State, cancellationToken: stop);
        }
        catch (StreamsException)
        {
            return []; // no table yet
        }
    }

    private async Task<(long Round, decimal Consistent, decimal Latest, string Pending)?> RangeAsync(CancellationToken stop)
    {
        const string Row =
            """
            SELECT round, coalesce((consistent->>'messages')::numeric, 0), coalesce((latest->>'messages')::numeric, 0), pending::text
            FROM medstreams.range_statistics WHERE range = 'campus-1'
            """;
        try
        {
            return await PostgresQuery
                .RowsAsync(stack.Postgres.ConnectionString, Row, r => (r.GetInt64(0), r.GetDecimal(1), r.GetDecimal(2), r.GetString(3)), stop)
                .FirstOrDefaultAsync(stop);
        }
        catch (StreamsException)
        {
            return null; // no table yet
        }
    }

    private async Task<bool> UntilAsync(Func<Task<bool>> holds, CancellationToken stop) => await Waiting.UntilAsync(
        async () =>
        {
            processes.ThrowIfGone();
            return await holds();
        },
        Patience,
        stop);

    private void Check(bool holds, string otherwise)
    {
        if (!holds)
            _differences.Add(otherwise);
    }
}
