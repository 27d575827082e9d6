using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Cli.Demo;
using MedStreams.Local;
using MedStreams.Topologies.Reservations;
using Npgsql;

namespace MedStreams.EndToEnd.Tests;

/// <summary>
/// Two <c>medstreams run reservations</c> killed again and again while messages come in random order and some of them twice: the table
/// ends with what the messages say without any order, and no association is missing.
/// </summary>
public sealed class ReservationsKillTests
{
    private const int Users = 400;
    private const int Kills = 5;
    private static readonly DateTimeOffset Day = new(2031, 3, 3, 8, 0, 0, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S4_6_no_association_is_lost_and_the_states_are_those_of_the_messages_whatever_is_killed()
    {
        var folder = Directory.CreateTempSubdirectory("medstreams-reservations-");
        await using (var database = await PrivatePostgres.StartAsync(cancellationToken: Stop))
        using (var broker = await PrivateBroker.StartAsync(Path.Combine(folder.FullName, "broker"), Stop))
        {
            await CreateTopicsAsync(broker);
            using Runner first = new(folder.FullName, "first", broker, database), second = new(folder.FullName, "second", broker, database);
            first.Start();
            second.Start();
            var (messages, expected) = Hospital(new Random(20310303));
            using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig
            {
                BootstrapServers = broker.BootstrapServers,
                EnableIdempotence = true,
            }).Build();
            var sent = 0;
            for (var kill = 1; kill <= Kills + 1; kill++)
            {
                for (; sent < messages.Count * kill / (Kills + 1); sent++)
                    producer.Produce("hl7.inbound", new() { Key = $"S{sent % 7}", Value = messages[sent] });
                producer.Flush(Stop);
                if (kill > Kills)
                    break;
                var rows = (await RowsAsync(database)).Count;
                await Waiting.UntilAsync(async () => (await RowsAsync(database)).Count > rows, TimeSpan.FromSeconds(20), Stop);
                (kill % 2 == 0 ? first : second).Start();
            }

            string? differences = null;
            var done = await Waiting.UntilAsync(
                async () => (differences = Differences(expected, await RowsAsync(database))).Length == 0, TimeSpan.FromMinutes(2), Stop);

            Assert.True(done, $"{differences}\n{await File.ReadAllTextAsync(first.LogFile, Stop)}\n{await File.ReadAllTextAsync(second.LogFile, Stop)}");
        }

        folder.Delete(recursive: true);
    }

    /// <summary>Messages of users, each of whom has a story whose end is known; shuffled, and a tenth of them twice.</summary>
    private static (List<byte[]> Messages, Dictionary<string, string> Expected) Hospital(Random random)
    {
        var (messages, expected) = (new List<byte[]>(), new Dictionary<string, string>());
        for (var i = 0; i < Users; i++)
        {
            var (user, other) = ($"U{i}", $"X{i}");
            var appointment = Day.AddMinutes(i);
            messages.Add(Siu("S12", i, user, -60, appointment));
            expected[$"N{i}"] = $"{user} Reserved []";
            if (random.Next(5) > 0)
            {
                messages.Add(Adt("A04", i, user, 5));
                expected[$"N{i}"] = $"{user} Associated [\"visit V{i}\"]";
            }

            switch (random.Next(6))
            {
                case 0:
                    messages.Add(Siu("S15", i, user, 10, appointment));
                    expected[$"N{i}"] = expected[$"N{i}"].Replace("Reserved", "Cancelled", StringComparison.Ordinal).Replace("Associated", "Cancelled", StringComparison.Ordinal);
                    break;
                case 1:
                    messages.Add(Adt("A11", i, user, 10));
                    expected[$"N{i}"] = $"{user} Reserved []";
                    break;
                case 2:
                    messages.Add(Merge(user, other));
                    expected[$"N{i}"] = expected[$"N{i}"].Replace(user, other, StringComparison.Ordinal);
                    break;
                case 3:
                    messages.Add(Siu("S13", i, user, -30, appointment.AddDays(1)));
                    break;
                default:
                    break;
            }
        }

        messages.AddRange(messages.Where(_ => random.Next(10) == 0).ToList());
        var shuffled = messages.ToArray();
        random.Shuffle(shuffled);
        return ([.. shuffled], expected);
    }

    private static byte[] Siu(string trigger, int i, string user, int minute, DateTimeOffset start) => Message(
        $"SIU^{trigger}", i, minute, $"SCH||N{i}|||||||||^^^{Time(start)}", $"PID|1||{user}");

    private static byte[] Adt(string trigger, int i, string user, int minute) => Message(
        $"ADT^{trigger}", i, minute, $"PID|1||{user}", $"PV1|1|O|||||||||||||||||V{i}");

    private static byte[] Merge(string old, string survivor) => Message("ADT^A40", 0, 20, $"PID|1||{survivor}", $"MRG|{old}");

    private static byte[] Message(string kind, int i, int minute, params string[] segments) => Encoding.UTF8.GetBytes(
        $"MSH|^~\\&|HIS|H|MS|H|{Time(Day.AddMinutes(minute))}||{kind}|{kind}-{i}|P|2.5\r{string.Join('\r', segments)}\r");

    private static string Time(DateTimeOffset time) => time.ToString("yyyyMMddHHmm", CultureInfo.InvariantCulture);

    private static string Differences(Dictionary<string, string> expected, Dictionary<string, string> rows) => string.Join(
        '\n',
        expected.Where(e => rows.GetValueOrDefault(e.Key) != e.Value)
            .Select(e => $"{e.Key}: expected {e.Value}, found {rows.GetValueOrDefault(e.Key)}")
            .Concat(rows.Keys.Except(expected.Keys).Select(n => $"{n}: not expected")));

    private static async Task CreateTopicsAsync(PrivateBroker broker)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
        await admin.CreateTopicsAsync(ReservationsTopology.Topics(new()).Append("reservations.state.dead-letter").Select(t => new TopicSpecification { Name = t, NumPartitions = 4 }));
    }

    private static async Task<Dictionary<string, string>> RowsAsync(PrivatePostgres database)
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var exists = source.CreateCommand("SELECT to_regclass('medstreams.reservations') IS NOT NULL");
        if (await exists.ExecuteScalarAsync(Stop) is not true)
            return [];
        await using var command = source.CreateCommand("""SELECT number, "user", status, associations::text FROM medstreams.reservations""");
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var rows = new Dictionary<string, string>();
        while (await reader.ReadAsync(Stop))
            rows.Add(reader.GetString(0), $"{reader.GetString(1)} {reader.GetString(2)} {reader.GetString(3)}");
        return rows;
    }

    /// <summary>The topology as a process of its own.</summary>
    private sealed class Runner(string folder, string name, PrivateBroker broker, PrivatePostgres database) : IDisposable
    {
        private GuardedProcess? _process;

        public string LogFile => Path.Combine(folder, $"{name}.log");

        /// <summary>Starts it, after killing it with signal 9 where it runs.</summary>
        public void Start()
        {
            _process?.Kill();
            _process?.Dispose();
            _process = SelfProcess.Start(
                ["run", "reservations", "--state-dir", Path.Combine(folder, name)],
                new Dictionary<string, string?>
                {
                    ["MEDSTREAMS__KAFKA__BOOTSTRAPSERVERS"] = broker.BootstrapServers,
                    ["MEDSTREAMS__POSTGRES__CONNECTIONSTRING"] = database.ConnectionString,
                    ["MEDSTREAMS__STREAMS__GROUPINSTANCEID"] = name,
                },
                LogFile);
        }

        public void Dispose() => _process?.Dispose();
    }
}
