using FsCheck;
using FsCheck.Fluent;
using MedStreams.Topologies.Synchronisation;

namespace MedStreams.Topologies.Tests.Synchronisation;

/// <summary>
/// One group through random cards, changes, rounds, results and crashes, against an operator that has no idempotency keys: it does whatever it is told, and is asked
/// first only where the call says so. Whatever comes, nothing is done twice for a date, calls follow one another, and in the end nothing that is due is missing.
/// </summary>
public sealed class GroupMachineModelTests
{
    private const int Runs = 300;
    private const int Longest = 120;
    private static readonly DateOnly Today = new(2026, 3, 2);
    private static readonly SynchronisationOptions Options = new() { Tries = 3 };

    [Fact]
    public void S2_5_S2_9_whatever_comes_each_due_card_is_done_once_for_each_date_and_none_is_forgotten() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(Runs).WithEndSize(Longest),
        Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue - 1).ArrayOf(), Shrink), static script => new Play().Run(script)));

    private static IEnumerable<int[]> Shrink(int[] script) =>
        script.Length < 2 ? [] : [script[..(script.Length / 2)], script[(script.Length / 2)..], script[1..], script[..^1]];

    private sealed class Play
    {
        private static readonly string[] Operators = ["north", "south"];
        private readonly MemoryGroup _data = new();
        private readonly Dictionary<(string Number, DateOnly Due), int> _book = [];
        private GroupState _state = GroupState.Empty;
        private CallAnnouncement? _onItsWay;
        private bool _isAvailable = true;
        private long _now = new DateTimeOffset(Today, new TimeOnly(12, 0), TimeSpan.Zero).ToUnixTimeMilliseconds();

        public void Run(int[] script)
        {
            foreach (var seed in script)
                Do(new Random(seed));
            _isAvailable = true;
            for (var left = 20 * (Options.Tries + 1); left > 0; left--)
            {
                Answer(CallOutcome.Done, isDone: true);
                Move(machine => machine.Round());
            }

            Assert.All(_book, entry => Assert.Equal(1, entry.Value));
            Assert.All(_data.Cards.Where(c => c.Due <= Today), card => Assert.Contains((card.Number, card.Due), _book.Keys));
            Assert.DoesNotContain(_book.Keys, entry => entry.Due > Today);
            Assert.Null(_state.Calling);
        }

        private void Do(Random random)
        {
            _now += random.Next(1, 1000);
            switch (random.Next(12))
            {
                case 0 or 1 or 2:
                    Tell(new Card("acme", $"{random.Next(6)}", Operators[random.Next(2)], Today.AddDays(random.Next(-3, 3))));
                    break;
                case 3:
                    _data.Remove($"{random.Next(6)}");
                    break;
                case 4:
                    _isAvailable = !_isAvailable;
                    break;
                case 5:
                    Reach(random.Next(2) == 0); // a crash: what the operator got, it got; the new owner reads the progress back
                    _onItsWay = null;
                    Move(machine => machine.AnnounceAgain());
                    break;
                case 6 or 7:
                    Move(machine => machine.Round());
                    break;
                case 8 or 9:
                    Answer((CallOutcome)random.Next(3, 6), isDone: false);
                    break;
                case 10:
                    Answer(CallOutcome.Unavailable, isDone: true); // it did it, and said otherwise
                    break;
                default:
                    Answer(CallOutcome.Done, isDone: true);
                    break;
            }
        }

        private void Tell(Card card)
        {
            if (_data.Card(card.Number) == card)
                return;
            _data.Tell(card);
            Move(machine => machine.Told(card));
        }

        /// <summary>The call that is on its way reaches the operator, and is answered; its effect stays even where nobody learns of the answer.</summary>
        private void Answer(CallOutcome outcome, bool isDone)
        {
            if (_onItsWay is not { } call)
                return;
            if (_data.Card(call.Number) is not { } card || card.Operator != call.Operator || card.Due != call.Due)
            {
                Move(machine => machine.Withdraw());
                return;
            }

            var isKnown = Reach(isDone);
            Move(machine => machine.Take(new CallResult(isKnown ? CallOutcome.AlreadyDone : outcome)));
        }

        /// <summary>The call reaches the operator; answers whether it was asked first and knew it.</summary>
        private bool Reach(bool isDone)
        {
            if (_onItsWay is not { } call || _data.Card(call.Number)?.Due != call.Due)
                return false;
            var key = (call.Number, call.Due);
            if (call.MayHaveBeenMade && _book.ContainsKey(key))
                return true;
            if (isDone)
                _book[key] = _book.GetValueOrDefault(key) + 1;
            return false;
        }

        private void Move(Action<GroupMachine> move)
        {
            var before = _state.Calling;
            var machine = new GroupMachine(Options, _state, _data, new RoundFacts(_now, _isAvailable, _ => null, _ => true));
            move(machine);
            _state = machine.State;
            if (machine.Announced is { } call)
            {
                Assert.True(call.Serial > (before?.Serial ?? 0));
                _onItsWay = call;
            }
            else if (_state.Calling is null)
            {
                _onItsWay = null;
            }
        }
    }
}
