using System.Globalization;

namespace MedStreams.Topologies.Recommendations;

/// <summary>
/// Who counts as a user's neighbour: the nearest so many, or all from a similarity on. Never the user, and never whose similarity is undefined. Similarities within
/// 1e-9 of each other are equal, and a threshold is reached within 1e-9.
/// </summary>
public abstract record Neighbourhood
{
    private Neighbourhood()
    {
    }

    /// <summary>The users with the greatest similarities, negative ones included; equal ones by id (<see cref="IdOrder"/>), also at the cut.</summary>
    /// <param name="Count">How many at most, from 1.</param>
    public sealed record Nearest(int Count) : Neighbourhood
    {
        /// <inheritdoc/>
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"nearest:{Count}");
    }

    /// <summary>All users whose similarity is the threshold or more.</summary>
    /// <param name="Least">The threshold, from -1 to 1.</param>
    public sealed record Threshold(double Least) : Neighbourhood
    {
        /// <inheritdoc/>
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"threshold:{Least}");
    }

    /// <summary>Reads <c>nearest:25</c> or <c>threshold:0.5</c>; false where it is neither, or a number is out of its range.</summary>
    public static bool TryParse(string text, out Neighbourhood neighbourhood)
    {
        neighbourhood = new Nearest(1);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return false;
        var number = text.AsSpan(colon + 1);
        switch (text[..colon])
        {
            case "nearest" when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 10_000:
                neighbourhood = new Nearest(count);
                return true;
            case "threshold" when double.TryParse(
                number, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var least) && least is >= -1 and <= 1:
                neighbourhood = new Threshold(least);
                return true;
            default:
                return false;
        }
    }
}

/// <summary>A user who is like another one.</summary>
/// <param name="User">The neighbour's id.</param>
/// <param name="Similarity">How alike, by the measure in use.</param>
public readonly record struct Neighbour(string User, double Similarity);
