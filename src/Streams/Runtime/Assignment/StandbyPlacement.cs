namespace MedStreams.Streams.Runtime;

/// <summary>
/// Says which instances follow the changelogs of each task with state: others than its owner, if possible in other racks and on other hosts.
/// What an instance follows already it goes on to follow, unless it has more than its share. The standbys of one owner's tasks are
/// spread, so that many take over when it goes away.
/// </summary>
internal sealed class StandbyPlacement
{
    private readonly AssignmentBoard _board;
    private readonly ActivePlacement _active;
    private readonly List<int>[] _standbys;
    private readonly int[] _load;
    private readonly int[,] _pairs;
    private readonly HashSet<string>[] _hosts;
    private readonly string?[][] _tags;
    private readonly int[] _share;

    private StandbyPlacement(AssignmentBoard board, ActivePlacement active)
    {
        (_board, _active) = (board, active);
        _standbys = [.. board.Tasks.Select(_ => new List<int>())];
        _load = new int[board.InstanceCount];
        _pairs = new int[board.InstanceCount, board.InstanceCount];
        var members = board.Input.Members.ToLookup(m => m.Identity.Instance, StringComparer.Ordinal);
        _hosts = [.. board.Names.Select(n => members[n].Select(m => m.Host).Where(h => h.Length > 0).ToHashSet(StringComparer.Ordinal))];
        _tags = [.. board.Names.Select(n => TagsOf(members[n].First().Identity))];
        var wanted = board.Stateful.Count(s => s) * Copies;
        _share =
        [
            .. Enumerable.Range(0, board.InstanceCount).Select(
                i => (int)Math.Ceiling((double)wanted * board.WeightOf(i) / Math.Max(1, board.TotalWeight))),
        ];
    }

    private int Copies => Math.Min(_board.Input.Settings.StandbyReplicas, _board.InstanceCount - 1);

    /// <summary>By task, the instances that follow it.</summary>
    public static IReadOnlyList<int>[] Place(AssignmentBoard board, ActivePlacement active)
    {
        var placement = new StandbyPlacement(board, active);
        for (var copy = 0; copy < placement.Copies; copy++)
        {
            for (var task = 0; task < board.Tasks.Length; task++)
            {
                if (board.Stateful[task] && placement.BestFor(task) is { } instance)
                    placement.Give(task, instance);
            }
        }

        return placement._standbys;
    }

    private string?[] TagsOf(MemberIdentity identity)
    {
        var tags = identity.ReadTags();
        return [.. _board.Input.Settings.RackTags.Select(tags.GetValueOrDefault)];
    }

    private int? BestFor(int task)
    {
        int? best = null;
        var bestRank = default((int, int, bool, int, int, int, int));
        for (var instance = 0; instance < _board.InstanceCount; instance++)
        {
            if (instance == _active.Active[task] || _standbys[task].Contains(instance)
                || (_active.Warmups.TryGetValue(task, out var warming) && warming == instance))
            {
                continue;
            }

            var rank = (
                Others(task).Sum(other => SharedTags(instance, other)),
                Others(task).Count(other => _hosts[instance].Overlaps(_hosts[other])),
                _load[instance] >= _share[instance],
                _board.Warmth(task, instance) == 0 && _board.Lag(task, instance) is null ? 2 : _board.Warmth(task, instance),
                _pairs[_active.Active[task], instance],
                _load[instance],
                _board.Turn(task, instance));
            if (best is null || rank.CompareTo(bestRank) < 0)
                (best, bestRank) = (instance, rank);
        }

        return best;
    }

    /// <summary>Where the task is already.</summary>
    private IEnumerable<int> Others(int task) => _standbys[task].Prepend(_active.Active[task]);

    private int SharedTags(int one, int other)
    {
        var shared = 0;
        for (var tag = 0; tag < _tags[one].Length; tag++)
        {
            if (_tags[one][tag] is { } value && value == _tags[other][tag])
                shared++;
        }

        return shared;
    }

    private void Give(int task, int instance)
    {
        _standbys[task].Add(instance);
        _load[instance]++;
        _pairs[_active.Active[task], instance]++;
    }
}
