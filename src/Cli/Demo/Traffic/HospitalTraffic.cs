using System.Text;

namespace MedStreams.Cli.Demo.Traffic;

/// <summary>
/// The logs of a made-up hospital on a made-up day: seven systems on several machines, in the formats that such systems
/// write. The same seed gives the same bytes. Some records come late, within the grace of a window or far beyond it, and
/// some are broken: an account of them has to be right, too.
/// </summary>
internal sealed class HospitalTraffic(int seed)
{
    private const int OnePerLateWithinGrace = 101;
    private const int OnePerLateBeyondGrace = 1_499;
    private const int OnePerBroken = 997;

    private static readonly DateTimeOffset Morning = new(2026, 1, 5, 7, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan WithinGrace = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan BeyondGrace = TimeSpan.FromHours(3);

    private static readonly TrafficSource[] Sources =
    [
        new RisWorklist(), new PacsAudit(), new GatewayJson(), new PortalAccess(), new ImageReceiver(), new Admissions(),
        new NodeSyslog(),
    ];

    /// <summary>When the day begins: no record within the grace of a window is older.</summary>
    public static DateTimeOffset Begin => Morning;

    /// <summary>The names of the sources, as the records' header declares them.</summary>
    public static IEnumerable<string> SourceNames => Sources.Select(source => source.Name);

    /// <summary>So many records, in the order in which they are sent; about forty a second of the made-up day.</summary>
    public IEnumerable<DemoRecord> Records(long count)
    {
        var random = new Random(seed);
        var text = new StringBuilder(1024);
        var clock = Morning;
        for (var i = 1L; i <= count; i++)
        {
            clock += TimeSpan.FromMilliseconds(random.Next(0, 50));
            var source = Sources[random.Next(Sources.Length)];
            var machine = random.Next(source.Machines);
            var time = i % OnePerLateBeyondGrace == 0 ? clock - BeyondGrace
                : i % OnePerLateWithinGrace == 0 ? clock - WithinGrace
                : clock;
            text.Clear();
            source.Write(text, time, machine, random);
            if (i % OnePerBroken == 0)
                Break(text, random);
            yield return new DemoRecord(
                source.Name, $"{source.Name}-{machine}", time.ToUnixTimeMilliseconds(), Encoding.UTF8.GetBytes(text.ToString()));
        }
    }

    /// <summary>What disks and networks make of records: a part, the wrong thing, nothing.</summary>
    private static void Break(StringBuilder text, Random random)
    {
        switch (random.Next(3))
        {
            case 0:
                text.Clear().Append("   ");
                break;
            case 1:
                text.Insert(0, "\u0001\u0002\u0003");
                break;
            default:
                text.Length = Math.Min(text.Length, 9);
                break;
        }
    }
}

/// <summary>One system of the hospital: what it is called and how it writes.</summary>
internal abstract class TrafficSource(string name, int machines)
{
    /// <summary>Its name, as records declare it.</summary>
    public string Name { get; } = name;

    /// <summary>On how many machines it runs.</summary>
    public int Machines { get; } = machines;

    /// <summary>Writes one record.</summary>
    public abstract void Write(StringBuilder text, DateTimeOffset time, int machine, Random random);

    /// <summary>A made-up patient's number.</summary>
    protected static string Patient(Random random) => $"P{random.Next(1, 4_000):D7}";

    /// <summary>One of several, as likely as any other.</summary>
    protected static string One(Random random, params ReadOnlySpan<string> of) => of[random.Next(of.Length)];
}
