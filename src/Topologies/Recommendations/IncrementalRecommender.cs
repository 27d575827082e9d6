namespace MedStreams.Topologies.Recommendations;

/// <summary>
/// The lists of a share of the users, kept up as preferences come and go. It has the preferences of all; a change marks those users of its share whose lists it may change,
/// and a look works out marked lists that are due. So a preference costs one change of the model and at most <see cref="RecommendationsOptions.RatersPerItem"/> marks beside
/// one for each user who has this one as a neighbour, and a list costs at most the user's items times that number, once a window. Owned by one thread.
/// </summary>
internal sealed class IncrementalRecommender
{
    private readonly RecommendationsOptions _options;
    private readonly Func<string, bool> _isOwn;
    private readonly PreferenceModel _model;
    private readonly Recommender _recommender;
    private readonly DueUsers _due;
    private readonly Watchers _watchers = new();
    private readonly Concerned _concerned = new();
    private bool[] _own = [];
    private readonly HashSet<int> _withFallback = [];
    private long _fallbackVersion = -1;
    private long _fallbackAt = long.MinValue;

    /// <summary>Without preferences.</summary>
    /// <param name="options">The rules.</param>
    /// <param name="isOwn">Whether a user is of the share.</param>
    public IncrementalRecommender(RecommendationsOptions options, Func<string, bool> isOwn)
    {
        (_options, _isOwn) = (options, isOwn);
        _model = new PreferenceModel(options.RatersPerItem);
        _recommender = new Recommender(_model, options.Similarity, options.Neighbourhood);
        _due = new DueUsers((long)options.Window.TotalMilliseconds);
    }

    public PreferenceModel Model => _model;

    /// <summary>Takes in what was stored before; <see cref="MarkAll"/> follows when all is in.</summary>
    public void Load(string user, string item, double value) => _model.Set(user, item, value);

    /// <summary>Has all lists looked at again.</summary>
    public void MarkAll(long now)
    {
        foreach (var index in _model.UserTable.Indices)
        {
            if (!_isOwn(_model.UserTable.Ids[index]))
                continue;
            Own(index);
            _due.Mark(index, now);
        }
    }

    /// <summary>Sets a preference; false where it was so before.</summary>
    public bool Set(string user, string item, double value, long now)
    {
        var isNew = !_model.Knows(user);
        if (!_model.Set(user, item, value, _concerned))
            return false;
        if (isNew && _isOwn(user))
            Own(_concerned.User);
        Mark(now);
        return true;
    }

    /// <summary>Takes a preference away; false where there was none.</summary>
    public bool Remove(string user, string item, long now)
    {
        if (!_model.Remove(user, item, _concerned))
            return false;
        Mark(now);
        if (!_model.Knows(user))
            Forget(_concerned.User);
        return true;
    }

    /// <summary>The lists that are due, so many at most, worked out.</summary>
    public IEnumerable<RecommendationList> Due(long now)
    {
        RefreshFallbacks(now);
        for (var left = _options.ListsPerLook; left > 0 && _due.TryTake(now, out var user); left--)
            yield return WorkOut(user, now);
    }

    /// <summary>What to recommend to whoever is unknown, where it may have changed since the last look; null where not. To be asked after <see cref="Due"/>.</summary>
    public RecommendationList? ForAnybody(long now) => _fallbackAt == now ? _recommender.Fallback(RecommendationsOptions.AnyUser, _options.Count, now) : null;

    private RecommendationList WorkOut(int user, long now)
    {
        var id = _model.UserTable.Ids[user];
        var neighbours = _recommender.NeighboursOf(user);
        var top = _recommender.Top(user, neighbours, _options.Count);
        _watchers.Set(user, neighbours);
        if (top.Count > 0)
        {
            _withFallback.Remove(user);
            return new RecommendationList(id, [.. top], now, _recommender.Method, Fallback: false);
        }

        _withFallback.Add(user);
        return _recommender.Fallback(id, _options.Count, now);
    }

    /// <summary>What is preferred in general depends on all preferences: lists of it are looked at once a window, as long as there are changes.</summary>
    private void RefreshFallbacks(long now)
    {
        if (_model.Version == _fallbackVersion || (_fallbackVersion >= 0 && now < _fallbackAt + (long)_options.Window.TotalMilliseconds))
            return;
        (_fallbackVersion, _fallbackAt) = (_model.Version, now);
        foreach (var user in _withFallback)
            _due.Mark(user, now);
    }

    private void Mark(long now)
    {
        if (_concerned.LimitsChanged)
        {
            for (var user = 0; user < _own.Length; user++)
                MarkOwn(user, now);
            return;
        }

        MarkOwn(_concerned.User, now);
        foreach (var user in _concerned.Users)
            MarkOwn(user, now);
        foreach (var user in _watchers.Of(_concerned.User))
            _due.Mark(user, now);
    }

    private void MarkOwn(int user, long now)
    {
        if (user < _own.Length && _own[user])
            _due.Mark(user, now);
    }

    private void Own(int user)
    {
        if (_own.Length <= user)
            Array.Resize(ref _own, Math.Max(_model.UserTable.Room, _own.Length * 2));
        _own[user] = true;
    }

    private void Forget(int user)
    {
        _due.Forget(user);
        if (user < _own.Length)
            _own[user] = false;
        _withFallback.Remove(user);
        _watchers.Set(user, []);
    }
}
