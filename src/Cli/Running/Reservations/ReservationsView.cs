using System.Text;
using Confluent.Kafka;
using MedStreams.Cli.Running.Page;
using MedStreams.Monitoring.Page;
using MedStreams.Streams;
using MedStreams.Topologies.Reservations;

namespace MedStreams.Cli.Running.Reservations;

/// <summary>
/// How many reservations are in which state, and what waits for its other half, as the page shows it: numbers only, since all else concerns patients. States are
/// those of the last records of the topic of states, what waits is that of this instance. Used by one thread at a time.
/// </summary>
internal sealed class ReservationsView(KafkaStreams streams, ReservationsOptions options, TimeProvider clock)
{
    private const int MostKeys = 200_000;
    private readonly Dictionary<string, ReservationStatus> _states = new(StringComparer.Ordinal);

    /// <summary>The view of a topology.</summary>
    public static PageContent Of(PageSetting setting, ReservationsOptions options)
    {
        var view = new ReservationsView(setting.Streams, options, setting.Clock);
        var tail = setting.Tail("reservations", options.StateTopic, view.Take, view.Show);
        return new PageContent { Parts = [tail], Owned = [tail] };
    }

    internal void Take(ConsumeResult<byte[]?, byte[]?> record)
    {
        var number = Encoding.UTF8.GetString(record.Message.Key ?? []);
        if (record.Message.Value is not { } value)
            _states.Remove(number);
        else if (_states.Count < MostKeys || _states.ContainsKey(number))
            _states[number] = ReservationSerdes.State.Deserialize(value, default).Status;
    }

    internal object Show() => new
    {
        Waiting = Waiting(),
        States = _states.Values.CountBy(s => s).OrderBy(s => s.Key).ToDictionary(s => s.Key.ToString().ToLowerInvariant(), s => s.Value),
    };

    private IReadOnlyList<object>? Waiting()
    {
        try
        {
            var store = streams.Store(StoreQueryParameters.FromNameAndType(
                ReservationsTopology.CacheStore, QueryableStoreTypes.KeyValueStore<string, UserEntry>()));
            var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
            return
            [
                .. store.All().SelectMany(e => e.Value.Associations.Values).Where(a => a.IsParked)
                    .GroupBy(a => a.IsActive ? "association without its reservation" : "cancellation without its association")
                    .OrderBy(k => k.Key, StringComparer.Ordinal)
                    .Select(k => new
                    {
                        Kind = k.Key,
                        Count = k.Count(),
                        OldestSeconds = Math.Max(0, k.Max(a => now - a.Until + (long)options.ParkingLimit.TotalMilliseconds) / 1000),
                    }),
            ];
        }
        catch (InvalidStateStoreException)
        {
            return null; // tasks are given out, or others have them
        }
    }
}
