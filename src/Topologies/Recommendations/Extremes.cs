namespace MedStreams.Topologies.Recommendations;

/// <summary>The least and the greatest of values that come and go; looks through all of them when the last of an extreme has gone.</summary>
/// <param name="all">All values as they are.</param>
internal sealed class Extremes(Func<IEnumerable<double>> all)
{
    private (double Least, double Greatest) _limits;
    private (long Least, long Greatest) _times;
    private bool _stale = true;

    /// <summary>Both; 0 and 0 where there are no values.</summary>
    public (double Least, double Greatest) Limits
    {
        get
        {
            if (_stale)
                LookThrough();
            return _limits;
        }
    }

    public void Add(double value)
    {
        if (!_stale)
            Take(value);
    }

    public void Remove(double value)
    {
        if (_stale)
            return;
        if (value.Equals(_limits.Least))
            _times.Least--;
        if (value.Equals(_limits.Greatest))
            _times.Greatest--;
        _stale = _times.Least == 0 || _times.Greatest == 0;
    }

    private void LookThrough()
    {
        (_limits, _times, _stale) = ((0, 0), (0, 0), true);
        foreach (var value in all())
            Take(value);
        _stale = _times.Least == 0;
    }

    private void Take(double value)
    {
        if (_times.Least == 0 || value < _limits.Least)
            (_limits.Least, _times.Least) = (value, 0);
        if (_times.Greatest == 0 || value > _limits.Greatest)
            (_limits.Greatest, _times.Greatest) = (value, 0);
        if (value.Equals(_limits.Least))
            _times.Least++;
        if (value.Equals(_limits.Greatest))
            _times.Greatest++;
    }
}
