namespace MedStreams.Streams;

/// <summary>What windows of all kinds demand.</summary>
internal static class WindowRules
{
    public static bool IsWhole(TimeSpan span) => span.Ticks % TimeSpan.TicksPerMillisecond == 0;

    public static void Require(bool holds, string what)
    {
        if (!holds)
            throw new TopologyException(what);
    }

    public static void RequireGrace(TimeSpan grace) =>
        Require(grace >= TimeSpan.Zero && IsWhole(grace), $"A grace of {grace} is not possible: not negative, in whole milliseconds.");
}
