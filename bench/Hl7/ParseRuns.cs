using System.Diagnostics;
using System.Text;
using MedStreams.Bench.Support;

namespace MedStreams.Hl7.Bench;

/// <summary>Messages in memory, by one thread.</summary>
internal sealed class ParseRuns(BenchOptions options, Report report, HospitalMessages messages)
{
    private const string Bench = "Hl7";
    private static readonly Hl7Path Patient = Hl7Path.Parse("PID-3");
    private static readonly Hl7Path Visit = Hl7Path.Parse("PV1-19");

    /// <summary>What the runs came to, so that no work can be left out.</summary>
    public long Sum { get; private set; }

    public void Run()
    {
        Report.Progress($"{Bench}: {messages.All.Count} different messages of {messages.MeanBytes:0} B");
        var (cut, parsed, rebuilt) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= (options.Repeat ?? 3); round++)
        {
            var (bare, read, written) = (Measure(Cut), Measure(Read), Measure(Rebuild));
            if (round == 0)
                continue; // compiled, caches warm
            cut.Add(bare);
            parsed.Add(read);
            rebuilt.Add(written);
        }

        var baseline = Statistics.Median(cut);
        if (options.Wants("H1"))
            report.Add(new(Bench, "H1 parse, three fields read", Statistics.Median(parsed), "messages/s", baseline));
        if (options.Wants("H2"))
            report.Add(new(Bench, "H2 parse and rebuild with another control id", Statistics.Median(rebuilt), "messages/s", baseline));
    }

    private double Measure(Func<byte[], int> work)
    {
        var seconds = options.Seconds ?? 1;
        var start = Stopwatch.GetTimestamp();
        long done = 0;
        do
        {
            foreach (var message in messages.All)
                Sum += work(message);
            done += messages.All.Count;
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The baseline: decoded, and cut into segments and fields, without a thought for anything else that a message may hold.</summary>
    private static int Cut(byte[] message)
    {
        var fields = 0;
        foreach (var segment in Encoding.UTF8.GetString(message).Split('\r'))
            fields += segment.Split('|').Length;
        return fields;
    }

    private static int Read(byte[] message)
    {
        var parsed = Hl7Message.Parse(message);
        return parsed.Segments.Count + parsed.Header[9].Value.Length + (parsed.Get(Patient)?.Length ?? 0) + (parsed.Get(Visit)?.Length ?? 0);
    }

    private static int Rebuild(byte[] message) => Hl7Message.Parse(message).Edit().Set("MSH-10", "another").ToMessage().ToBytes().Length;
}
