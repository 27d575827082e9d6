using System.Globalization;

namespace MedStreams.Bench.Support;

/// <summary>The arguments are wrong; the text says how.</summary>
public sealed class UsageException(string message) : Exception(message);

/// <summary>What the user asks of a benchmark program. All programs take the same options.</summary>
public sealed record BenchOptions
{
    public const string Usage = """
          --json               one JSON object for each figure
          --bootstrap H:P      this broker, instead of an embedded one in a process of its own
          --no-fsync           the embedded broker leaves syncs to the operating system, as Apache Kafka does by itself
          --only W1,W3         these workloads only (a word that their names begin with)
          --size 100,1000      bytes of a record's value, several with commas between
          --records N          records of a run
          --seconds N          how long a run takes where it is bound by time
          --repeat N           runs of each; the median counts
          --guarantee alo|eos  at least once or exactly once only
          --threads 1,2        stream threads, several with commas between
          --partitions 1,16    partitions, several with commas between
          --full               everything, not the short form
          --data DIR           where the embedded broker and state put their files; default: the folder for temporary files
        """;

    public bool Json { get; init; }

    public string? Bootstrap { get; init; }

    public bool Fsync { get; init; } = true;

    public IReadOnlyList<string> Only { get; init; } = [];

    public IReadOnlyList<int> Sizes { get; init; } = [];

    public int? Records { get; init; }

    public double? Seconds { get; init; }

    public int? Repeat { get; init; }

    public string? Guarantee { get; init; }

    public IReadOnlyList<int> Threads { get; init; } = [];

    public IReadOnlyList<int> Partitions { get; init; } = [];

    public bool Full { get; init; }

    public string Data { get; init; } = Path.GetTempPath();

    /// <summary>Reads the arguments of the command line.</summary>
    /// <exception cref="UsageException">An option is unknown, or its value is out of range.</exception>
    public static BenchOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new BenchOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            string Value() => ++i < arguments.Count ? arguments[i] : throw new UsageException($"{name} needs a value.");
            options = name switch
            {
                "--json" => options with { Json = true },
                "--full" => options with { Full = true },
                "--bootstrap" => options with { Bootstrap = Value() },
                "--no-fsync" => options with { Fsync = false },
                "--only" => options with { Only = Value().Split(',') },
                "--size" => options with { Sizes = Numbers(name, Value(), 16) },
                "--records" => options with { Records = Number(name, Value(), 1) },
                "--seconds" => options with { Seconds = Number(name, Value(), 1) },
                "--repeat" => options with { Repeat = Number(name, Value(), 1) },
                "--guarantee" => options with { Guarantee = OneOf(name, Value(), "alo", "eos") },
                "--threads" => options with { Threads = Numbers(name, Value(), 1) },
                "--partitions" => options with { Partitions = Numbers(name, Value(), 1) },
                "--data" => options with { Data = Value() },
                _ => throw new UsageException($"There is no option {name}."),
            };
        }

        return options;
    }

    /// <summary>Whether a workload was asked for.</summary>
    public bool Wants(string workload) =>
        Only.Count == 0 || Only.Any(wanted => workload.StartsWith(wanted, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a guarantee was asked for.</summary>
    public bool Wants(Guarantee guarantee) => Guarantee is null || (Guarantee == "eos") == guarantee.ExactlyOnce;

    private static string OneOf(string name, string value, params string[] allowed) =>
        allowed.Contains(value) ? value : throw new UsageException($"{name} is one of {string.Join(", ", allowed)}.");

    private static List<int> Numbers(string name, string text, int least) =>
        [.. text.Split(',').Select(part => Number(name, part, least))];

    private static int Number(string name, string text, int least) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw new UsageException($"{name} is a whole number from {least} on.");
}
