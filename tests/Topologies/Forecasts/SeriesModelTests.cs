using MedStreams.Topologies.Forecasts;

namespace MedStreams.Topologies.Tests.Forecasts;

/// <summary>What is forecast of generated series whose truth is known.</summary>
public sealed class SeriesModelTests
{
    private const int Season = 7;

    [Theory]
    [InlineData(4)]
    [InlineData(20)]
    [InlineData(300)]
    public void S5_7_of_a_hundred_values_93_to_97_lie_in_the_band_and_less_than_one_is_a_false_alarm(double level)
    {
        var (all, inside, alarms) = (0, 0, 0);
        for (var seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            var model = SeriesModel.New(Season);
            for (var day = 0; day < 400; day++)
            {
                var value = Poisson(random, Mean(day, level, seed));
                var band = model.Forecast(1);
                model = model.After(value);
                if (band is null || day < 5 * Season)
                    continue;
                all++;
                if (value >= band.Value.Low && value <= band.Value.High)
                    inside++;
                if (model.IsAlarm)
                    alarms++;
            }
        }

        Assert.InRange((double)inside / all, 0.93, 0.97);
        Assert.InRange((double)alarms / all, 0, 0.01);
    }

    /// <summary>Three deviations of the series itself, its season included: none is missed.</summary>
    [Theory]
    [InlineData(20)]
    [InlineData(300)]
    public void S5_7_an_outbreak_of_three_standard_deviations_is_found_within_two_periods(double level)
    {
        var deviation = Math.Sqrt(level + (level * level * 0.4 * 0.4 / 2));
        Assert.InRange(Found(level, _ => 3 * deviation), 198, 200);
    }

    /// <summary>Three deviations of chance alone, the season being known: with fewer than 1 false alarm in 100 periods even the true model misses some.</summary>
    [Theory]
    [InlineData(20)]
    [InlineData(300)]
    public void S5_7_an_outbreak_of_three_standard_deviations_of_chance_is_mostly_found_within_two_periods(double level) =>
        Assert.InRange(Found(level, mean => 3 * Math.Sqrt(mean)), 160, 200);

    [Fact]
    public void S5_7_a_new_level_is_learnt()
    {
        var random = new Random(7);
        var model = SeriesModel.New(Season);
        for (var day = 0; day < 140; day++)
            model = model.After(Poisson(random, 20));
        for (var day = 0; day < 140; day++)
            model = model.After(Poisson(random, 60));

        Assert.InRange(model.Forecast(1)!.Value.Expected, 50, 70);
        Assert.False(model.IsAlarm);
    }

    [Fact]
    public void S5_7_the_band_grows_the_further_it_looks_ahead_and_never_falls_below_zero()
    {
        var random = new Random(8);
        var model = SeriesModel.New(Season);
        for (var day = 0; day < 100; day++)
            model = model.After(Poisson(random, 2));

        var (near, far) = (model.Forecast(1)!.Value, model.Forecast(1 + (10 * Season))!.Value);
        Assert.True(far.High - far.Low >= near.High - near.Low);
        Assert.All(Enumerable.Range(1, 100), ahead => Assert.True(model.Forecast(ahead)!.Value.Low >= 0));
    }

    [Fact]
    public void S5_7_the_season_is_in_the_forecast()
    {
        var model = SeriesModel.New(Season);
        for (var day = 0; day < 20 * Season; day++)
            model = model.After(day % Season == 0 ? 100 : 10);

        Assert.InRange(model.Forecast(1)!.Value.Expected, 95, 105);
        Assert.InRange(model.Forecast(2)!.Value.Expected, 9, 11);
        Assert.InRange(model.Forecast(8)!.Value.Expected, 95, 105);
    }

    [Fact]
    public void S5_7_a_quiet_series_expects_nothing_and_one_case_is_no_alarm_but_many_are()
    {
        var model = SeriesModel.New(Season);
        for (var day = 0; day < 20 * Season; day++)
            model = model.After(0);

        Assert.InRange(model.Forecast(1)!.Value.Expected, 0, 0.1);
        Assert.True(model.After(12).IsAlarm);
    }

    /// <summary>Of 200 series with an outbreak, in how many it is found within two periods.</summary>
    private static int Found(double level, Func<double, double> outbreak)
    {
        var found = 0;
        for (var seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var model = SeriesModel.New(Season);
            var day = 0;
            for (; day < 150 + (seed % Season); day++)
                model = model.After(Poisson(random, Mean(day, level, seed)));
            var isFound = false;
            for (var i = 0; i < 2; i++, day++)
            {
                var mean = Mean(day, level, seed);
                model = model.After(Poisson(random, mean) + Math.Round(outbreak(mean)));
                isFound |= model.IsAlarm;
            }

            if (isFound)
                found++;
        }

        return found;
    }

    private static double Mean(int day, double level, int seed) =>
        level * (1 + (0.4 * Math.Sin(2 * Math.PI * (day + seed) / Season)) + (0.1 * Math.Sin(day / 60.0)));

    private static double Poisson(Random random, double mean)
    {
        var (count, left) = (0, mean);
        while (true)
        {
            left += Math.Log(1 - random.NextDouble());
            if (left < 0)
                return count;
            count++;
        }
    }
}
