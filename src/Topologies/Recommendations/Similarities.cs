namespace MedStreams.Topologies.Recommendations;

/// <summary>Works similarities out. Not safe for use by several threads: it keeps its room for sums.</summary>
internal interface ISimilarities
{
    /// <summary>The similarity of two users; NaN where it is undefined. The same the other way round.</summary>
    double Of(int user, int other);

    /// <summary>All others whose similarity to a user is defined, in no order. Good until the next call.</summary>
    Span<Ranked> Of(int user);
}

/// <summary>The similarities by one measure: one walk over the items of a user and who else has them.</summary>
internal sealed class Similarities<TMeasure>(PreferenceModel model) : ISimilarities
    where TMeasure : struct, IMeasure
{
    private int[] _slots = [];
    private int[] _others = [];
    private PairSums[] _sums = [];
    private Ranked[] _found = [];

    public double Of(int user, int other)
    {
        var sums = default(PairSums);
        var common = 0;
        var (mine, theirs) = (model.UserTable[user], model.UserTable[other]);
        foreach (var entry in mine.Entries)
        {
            if (theirs.Find(entry.Item) is not { } value || !BothCount(entry.Item, mine, user, theirs, other))
                continue;
            default(TMeasure).Add(ref sums, entry.Value, value);
            common++;
        }

        return common == 0 ? double.NaN : default(TMeasure).Of(sums);
    }

    public Span<Ranked> Of(int user)
    {
        if (_slots.Length < model.UserTable.Room)
            Array.Resize(ref _slots, Math.Max(model.UserTable.Room, _slots.Length * 2));
        var slots = _slots;
        var count = 0;
        var profile = model.UserTable[user];
        foreach (var entry in profile.Entries)
        {
            var raters = model.ItemTable[entry.Item];
            if (!raters.Counts(StableHash.Of(profile.Hash, model.ItemTable.Ids[entry.Item]), user))
                continue;
            var counted = raters.Counted;
            if (_sums.Length < count + counted.Length)
                Grow(count + counted.Length);
            foreach (ref readonly var rater in counted)
            {
                // A slot is the place of the sums, from 1; 0: none yet. The user's own sums are passed over at the end.
                ref var slot = ref slots[rater.User];
                if (slot == 0)
                {
                    _others[count] = rater.User;
                    _sums[count] = default;
                    slot = ++count;
                }

                default(TMeasure).Add(ref _sums[slot - 1], entry.Value, rater.Value);
            }
        }

        return Finish(user, count);
    }

    private Span<Ranked> Finish(int user, int count)
    {
        var found = 0;
        for (var i = 0; i < count; i++)
        {
            var other = _others[i];
            _slots[other] = 0;
            if (other == user)
                continue;
            var similarity = default(TMeasure).Of(_sums[i]);
            if (!double.IsNaN(similarity))
                _found[found++] = new(similarity, other);
        }

        return _found.AsSpan(0, found);
    }

    private bool BothCount(int item, Profile mine, int user, Profile theirs, int other)
    {
        var (raters, id) = (model.ItemTable[item], model.ItemTable.Ids[item]);
        return raters.Counts(StableHash.Of(mine.Hash, id), user) && raters.Counts(StableHash.Of(theirs.Hash, id), other);
    }

    private void Grow(int room)
    {
        room = Math.Max(room, _sums.Length * 2);
        Array.Resize(ref _sums, room);
        Array.Resize(ref _others, room);
        Array.Resize(ref _found, room);
    }
}
