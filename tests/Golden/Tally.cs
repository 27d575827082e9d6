using System.Globalization;
using System.Text;

namespace MedStreams.Golden.Tests;

/// <summary>
/// Counts the cases of one kind, prints them in one line and fails if one differs from its recording.
/// </summary>
internal sealed class Tally(string what)
{
    private readonly List<string> _differences = [];
    private readonly StringBuilder _leftOut = new();
    private int _served;
    private int _notServed;

    /// <summary>A case that was compared: null if it is equal, else what differs.</summary>
    public void Count(string name, string? difference)
    {
        _served++;
        if (difference is not null)
            _differences.Add($"{name}: {difference}");
    }

    /// <summary>A case that the product does not claim to serve.</summary>
    public void NotServed() => _notServed++;

    /// <summary>Cases that are left out, and why.</summary>
    public void LeftOut(int count, string why) =>
        _leftOut.Append(CultureInfo.InvariantCulture, $", {count} left out {why}");

    /// <summary>Prints the numbers; fails on any difference, and if nothing was compared.</summary>
    public void Close()
    {
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"golden {what}: {_served} served, {_served - _differences.Count} equal, {_notServed} not served{_leftOut}"));
        Assert.True(_served > 0, $"no case of {what} was compared");
        if (_differences.Count == 0)
            return;
        var text = new StringBuilder();
        foreach (var difference in _differences.Take(20))
            text.AppendLine(difference);
        Assert.Fail($"{_differences.Count} of {_served} cases of {what} differ:{Environment.NewLine}{text}");
    }
}
