using FsCheck;
using FsCheck.Fluent;
using MedStreams.Topologies.Reservations;

namespace MedStreams.Topologies.Tests.Reservations;

/// <summary>
/// Reservation and association messages in any order, some of them twice, through partitions that are ahead of one another: the final
/// states are those that the messages have without any order, and no association is lost.
/// </summary>
public sealed class ReservationModelTests
{
    private const int Runs = 1000;
    private const int Longest = 40;

    private static readonly ReservationsOptions Options = new() { Containers = 2, Servers = 2, ExpiresAfter = TimeSpan.FromHours(2) };
    private static readonly long Now = Messages.Ten.AddMinutes(200).ToUnixTimeMilliseconds();

    [Fact]
    public void S4_5_S4_6_any_order_with_repetitions_ends_in_the_states_of_the_model_and_nothing_is_lost() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(Runs).WithEndSize(Longest),
        Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue - 1).ArrayOf(), Shrink), Run));

    private static void Run(int[] script)
    {
        var random = new Random(script.Length);
        var reader = new MessageReader(Options);
        var messages = script.Select((s, i) => Message(new Random(s), i)).ToList();
        var model = new ReservationModel(Options, Now);
        foreach (var (user, said) in messages.SelectMany(m => reader.Read(m, 0, "t-0@0").Events))
            model.Add(user, said);

        for (var order = 0; order < 3; order++)
        {
            var network = new ReservationNetwork(Options, Now);
            var delivered = messages.Concat(messages.Where(_ => random.Next(4) == 0)).ToArray();
            random.Shuffle(delivered);
            foreach (var message in delivered)
            {
                foreach (var (user, said) in reader.Read(message, 0, "t-0@0").Events)
                    network.Say(user, said);
                for (var steps = random.Next(6); steps > 0 && network.Step(random.Next(1 << 20)); steps--)
                {
                }
            }

            var left = 100_000;
            while (network.Step(random.Next(1 << 20)))
                Assert.True(left-- > 0, "the stages never come to rest");
            network.Look();

            var states = network.States;
            var expected = string.Join('\n', model.Numbers().Select(model.Final).Concat(model.Waiting()));
            var actual = string.Join('\n', states.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => Text(s.Value)).Concat(network.Waiting));
            Assert.True(expected == actual, $"{string.Join('\n', delivered.Select(Show))}\nexpected\n{expected}\nactual\n{actual}");
            AssertChained(network.Transitions, states);
        }
    }

    /// <summary>Each move begins where the one before ended, all are legal, and the last one leads to the state.</summary>
    private static void AssertChained(IEnumerable<ReservationTransition> transitions, IReadOnlyDictionary<string, ReservationState> states)
    {
        foreach (var of in transitions.GroupBy(t => t.Number))
        {
            var at = ReservationStatus.None;
            foreach (var transition in of)
            {
                Assert.Equal(at, transition.From);
                at = transition.To;
            }

            Assert.Equal(states[of.Key].Status, at);
        }
    }

    private static string Show(byte[] message) => System.Text.Encoding.UTF8.GetString(message).Replace('\r', ' ');

    private static string Text(ReservationState state) => ReservationModel.Text(
        state.Number, state.User, state.Status, state.Reason, state.Start, state.Associations, state.Places);

    private static byte[] Message(Random random, int index)
    {
        var (user, minute, control) = ($"P{random.Next(5)}", random.Next(180), $"C{index}");
        var own = random.Next(6);
        var number = $"R{own}";
        var owner = random.Next(8) == 0 ? user : $"P{own % 5}";
        var start = random.Next(5) == 0 ? null : (int?)random.Next(0, 240);
        var order = random.Next(3) == 0 ? $"O{random.Next(3)}" : null;
        var visit = random.Next(5) == 0 ? null : $"V{random.Next(4)}";
        return random.Next(14) switch
        {
            0 or 1 or 2 => Messages.Siu("S12", number, owner, minute, start, order, control),
            3 => Messages.Siu("S13", number, owner, minute, start, order, control),
            4 => Messages.Siu("S14", number, owner, minute, start, order, control),
            5 => random.Next(3) == 0
                ? Messages.Siu(random.GetItems(["S15", "S16", "S17"], 1)[0], number, $"P{own % 5}", minute, start, order, control)
                : Messages.Siu("S12", number, owner, minute, start, order, control),
            6 => Messages.Siu("S26", number, $"P{own % 5}", minute, start, order, control),
            7 or 8 => Messages.Adt(random.GetItems(["A01", "A04", "A05"], 1)[0], user, visit, minute, $"ROOM{random.Next(3)}", control),
            9 => Messages.Adt("A11", user, visit, minute, control: control),
            10 => Messages.Adt("A08", user, visit, minute, $"ROOM{random.Next(3)}", control),
            11 => Messages.Orm("NW", $"O{random.Next(3)}", user, minute, controlId: control),
            12 => Messages.Orm("CA", $"O{random.Next(3)}", user, minute, "OMI^O23", control),
            _ => Messages.Merge(user, $"P{random.Next(5)}", minute, random.Next(2) == 0 ? "A40" : "A47", control),
        };
    }

    private static IEnumerable<int[]> Shrink(int[] script)
    {
        for (var size = script.Length / 2; size > 0; size /= 2)
        {
            for (var at = 0; at + size <= script.Length; at += size)
                yield return [.. script[..at], .. script[(at + size)..]];
        }
    }
}
