namespace MedStreams.Topologies.Recommendations;

/// <summary>Sums over the items that two users have in common; what the fields hold is the measure's matter.</summary>
internal struct PairSums
{
    public int Count;
    public double FirstX;
    public double FirstY;
    public double X;
    public double Y;
    public double XX;
    public double YY;
    public double XY;
}

/// <summary>A similarity as sums and what they come to. A struct, so that the loops over co-ratings are compiled for each measure.</summary>
internal interface IMeasure
{
    /// <summary>Takes a common item in.</summary>
    void Add(ref PairSums sums, double x, double y);

    /// <summary>The similarity of at least one common item; NaN where it is undefined.</summary>
    double Of(PairSums sums);
}

/// <summary><see cref="SimilarityKind.Euclidean"/>.</summary>
internal readonly struct EuclideanMeasure : IMeasure
{
    public void Add(ref PairSums sums, double x, double y) => sums.XX += (x - y) * (x - y);

    public double Of(PairSums sums) => 1 / (1 + Math.Sqrt(sums.XX));
}

/// <summary><see cref="SimilarityKind.EuclideanMahout"/>.</summary>
internal readonly struct EuclideanMahoutMeasure : IMeasure
{
    public void Add(ref PairSums sums, double x, double y)
    {
        sums.Count++;
        sums.XX += (x - y) * (x - y);
    }

    public double Of(PairSums sums) => 1 / (1 + (Math.Sqrt(sums.XX) / Math.Sqrt(sums.Count)));
}

/// <summary><see cref="SimilarityKind.Cosine"/>.</summary>
internal readonly struct CosineMeasure : IMeasure
{
    public void Add(ref PairSums sums, double x, double y)
    {
        sums.XX += x * x;
        sums.YY += y * y;
        sums.XY += x * y;
    }

    public double Of(PairSums sums) =>
        sums.XX == 0 || sums.YY == 0 ? double.NaN : Math.Clamp(sums.XY / (Math.Sqrt(sums.XX) * Math.Sqrt(sums.YY)), -1, 1);
}

/// <summary>
/// <see cref="SimilarityKind.Pearson"/>, from sums of what is above the first common item's values. The shift keeps cancellation small: the sum of squares
/// is at most n times the centred one, so at most n times the last bit is lost, whatever the scale. And who gives all items the same has a sum that is 0, not nearly 0.
/// </summary>
internal readonly struct PearsonMeasure : IMeasure
{
    public void Add(ref PairSums sums, double x, double y)
    {
        if (sums.Count++ == 0)
        {
            (sums.FirstX, sums.FirstY) = (x, y);
            return;
        }

        x -= sums.FirstX;
        y -= sums.FirstY;
        sums.X += x;
        sums.Y += y;
        sums.XX += x * x;
        sums.YY += y * y;
        sums.XY += x * y;
    }

    public double Of(PairSums sums)
    {
        if (sums.XX == 0 || sums.YY == 0)
            return double.NaN;
        double count = sums.Count;
        var xx = sums.XX - (sums.X * sums.X / count);
        var yy = sums.YY - (sums.Y * sums.Y / count);
        var xy = sums.XY - (sums.X * sums.Y / count);
        return Math.Clamp(xy / (Math.Sqrt(xx) * Math.Sqrt(yy)), -1, 1);
    }
}
