namespace MedStreams.Topologies.Tests.Recommendations;

/// <summary>Preferences by chance: half steps or any numbers, popular and rare items, ids that are numbers and others.</summary>
internal sealed class RandomPreferences(int seed, int users, int items, bool halfSteps = true)
{
    private readonly Random _random = new(seed);

    /// <summary>A preference that comes, or goes where the value is null.</summary>
    public (string User, string Item, double? Value) Next(double removals = 0)
    {
        var item = (int)(items * _random.NextDouble() * _random.NextDouble()); // the first ones are more popular
        return (User(_random.Next(users)), item % 3 == 0 ? $"{item}" : $"item-{item}", _random.NextDouble() < removals ? null : Value());
    }

    /// <summary>A user by number.</summary>
    public static string User(int number) => number % 2 == 0 ? $"{number}" : $"user-{number}";

    private double Value() => halfSteps ? _random.Next(2, 11) / 2.0 : (_random.NextDouble() * 9) - 2;
}
