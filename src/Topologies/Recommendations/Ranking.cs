namespace MedStreams.Topologies.Recommendations;

/// <summary>Something with a value.</summary>
/// <param name="Value">The value; never NaN.</param>
/// <param name="Index">What it is: the index of a user or an item.</param>
internal readonly record struct Ranked(double Value, int Index);

/// <summary>
/// The greatest first, equal ones by id. Values are equal within 1e-9 of the next one in order, chained, so that equal groups are cut where neighbours in
/// order are further apart: rounding never decides who comes first.
/// </summary>
internal static class Ranking
{
    /// <summary>What counts as no difference.</summary>
    public const double Tolerance = 1e-9;

    /// <summary>Brings the first <paramref name="count"/> in order to the front; answers how many there are, fewer where there are fewer.</summary>
    /// <param name="all">What is ranked; its order is changed.</param>
    /// <param name="count">How many are wanted.</param>
    /// <param name="ids">The id of an index.</param>
    public static int Take(Span<Ranked> all, int count, IReadOnlyList<string> ids)
    {
        var head = all.Length > count * 4L ? all[..Candidates(all, count)] : all;
        head.Sort(static (a, b) => b.Value.CompareTo(a.Value));
        var byId = Comparer<Ranked>.Create((a, b) => IdOrder.Instance.Compare(ids[a.Index], ids[b.Index]));
        for (var first = 0; first < head.Length && first < count;)
        {
            var next = first + 1;
            while (next < head.Length && head[next - 1].Value - head[next].Value <= Tolerance)
                next++;
            SortFront(head[first..next], Math.Min(next, count) - first, byId);
            first = next;
        }

        return Math.Min(head.Length, count);
    }

    /// <summary>Sorts so far that the first <paramref name="wanted"/> are in their places.</summary>
    private static void SortFront(Span<Ranked> group, int wanted, Comparer<Ranked> order)
    {
        if (group.Length <= wanted * 4L)
        {
            group.Sort(order);
            return;
        }

        // The wanted ones in order, each further one in its place among them where it belongs there: mostly one comparison.
        var front = group[..wanted];
        front.Sort(order);
        for (var at = wanted; at < group.Length; at++)
        {
            if (order.Compare(group[at], front[^1]) >= 0)
                continue;
            var place = front.BinarySearch(group[at], order);
            place = place < 0 ? ~place : place;
            var moved = group[at];
            group[at] = front[^1];
            front[place..^1].CopyTo(front[(place + 1)..]);
            front[place] = moved;
        }
    }

    /// <summary>Brings to the front whoever may be among the first; answers how many.</summary>
    private static int Candidates(Span<Ranked> all, int count)
    {
        if (count == 0)
            return 0;
        SelectGreatest(all, count);
        var found = count;
        for (var grown = true; grown;)
        {
            grown = false;
            var least = double.PositiveInfinity;
            foreach (var one in all[..found])
                least = Math.Min(least, one.Value);
            for (var at = found; at < all.Length; at++)
            {
                if (least - all[at].Value > Tolerance)
                    continue;
                (all[found], all[at]) = (all[at], all[found]);
                grown |= all[found++].Value < least;
            }
        }

        return found;
    }

    /// <summary>Brings the greatest <paramref name="count"/> to the front, in any order (Hoare's selection).</summary>
    private static void SelectGreatest(Span<Ranked> all, int count)
    {
        var (low, high) = (0, all.Length - 1);
        while (low < high)
        {
            var pivot = Median(all[low].Value, all[(low + high) >> 1].Value, all[high].Value);
            var (left, right) = (low, high);
            while (left <= right)
            {
                while (all[left].Value > pivot)
                    left++;
                while (all[right].Value < pivot)
                    right--;
                if (left <= right)
                {
                    (all[left], all[right]) = (all[right], all[left]);
                    left++;
                    right--;
                }
            }

            if (count - 1 <= right)
                high = right;
            else if (count - 1 >= left)
                low = left;
            else
                return;
        }
    }

    private static double Median(double a, double b, double c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
