using MedStreams.Streams;
using Microsoft.Extensions.Logging;

namespace MedStreams.Cli.Running;

/// <summary>Logs what stands still for longer than a start or a rebalance takes: once when that is so, and once when it is over.</summary>
internal sealed class StandstillWatch(string topology, ILogger logger, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Dictionary<Place, (long Since, bool IsTold)> _seen = [];

    /// <summary>Compares what stands still now with what did before.</summary>
    public void Look(StreamsHealth health)
    {
        var now = health.Standstills.Where(IsUnasked).GroupBy(Place.Of).ToDictionary(g => g.Key, g => g.First());
        foreach (var (place, standstill) in now)
        {
            if (!_seen.TryGetValue(place, out var seen))
                _seen.Add(place, (clock.GetTimestamp(), false));
            else if (!seen.IsTold && clock.GetElapsedTime(seen.Since) >= Patience)
            {
                _seen[place] = seen with { IsTold = true };
                RunnerLog.StandsStill(logger, topology, standstill.Reason, standstill.Text, standstill.RecordsLeft, standstill.TimeLeft);
            }
        }

        foreach (var (place, seen) in _seen.Where(s => !now.ContainsKey(s.Key)).ToList())
        {
            _seen.Remove(place);
            if (seen.IsTold)
                RunnerLog.GoesOn(logger, topology, place.Reason, clock.GetElapsedTime(seen.Since));
        }
    }

    private static bool IsUnasked(Standstill standstill) =>
        standstill.Reason is not (StandstillReason.Stopping or StandstillReason.Stopped or StandstillReason.Failed);

    private readonly record struct Place(StandstillReason Reason, string? Thread, TaskId? Task)
    {
        public static Place Of(Standstill standstill) => new(standstill.Reason, standstill.ThreadName, standstill.TaskId);
    }
}
