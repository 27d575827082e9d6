using System.Globalization;
using MedStreams.Topologies.Recommendations;

namespace MedStreams.Recommender.Bench;

/// <summary>Preferences as they may come: half steps from 1 to 5, a few items very popular; the same in every run. A cell may come again with another value.</summary>
internal sealed class Matrix(int users, int items, int preferences)
{
    public int Users => users;

    public int Count => preferences;

    public string Name => string.Create(CultureInfo.InvariantCulture, $"{users:#,##0} users, {items:#,##0} items");

    /// <summary>All of them, in order.</summary>
    public IEnumerable<Preference> Preferences()
    {
        var random = new Random(preferences);
        for (var i = 0; i < preferences; i++)
        {
            var item = (int)(items * random.NextDouble() * random.NextDouble());
            yield return new Preference(User(random.Next(users)), string.Create(CultureInfo.InvariantCulture, $"item-{item}"), random.Next(2, 11) / 2.0);
        }
    }

    public static string User(int number) => string.Create(CultureInfo.InvariantCulture, $"user-{number}");
}
