using System.Globalization;

namespace MedStreams.Chaos.Tests.Work;

/// <summary>An input record; its partition is chosen here, so that the model knows it too.</summary>
internal readonly record struct InputRecord(string Topic, int Partition, string Key, string Value, long Time);

/// <summary>
/// The input, step by step: the same for the same seed, but for the hour that it begins in, since topics drop what is older than days.
/// Times go on by 50 ms, most a little out of order, some far too late.
/// </summary>
internal sealed class Input(ChaosTopics topics, int seed, DateTimeOffset now)
{
    private const int Keys = 40;
    private const int StepTime = 50;
    private const int FurthestAnswer = 40;
    private static readonly TimeSpan Lateness = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AfterAll = TimeSpan.FromDays(10);

    private readonly long _begin = now.ToUnixTimeSeconds() / 3_600 * 3_600_000;

    /// <summary>What is sent in a step.</summary>
    public IEnumerable<InputRecord> At(int step)
    {
        var key = Hash(step, 1) % Keys;
        var time = _begin + ((long)step * StepTime);
        var late = step % 97 == 50 ? (long)Lateness.TotalMilliseconds : Hash(step, 2) % 3_000;
        yield return new(topics.Events, key % ChaosTopics.Partitions, $"k{key}", Number(step), time - Math.Min(late, time - _begin));
        if (step % 2 == 0)
            yield return new(topics.Asks, step % ChaosTopics.Partitions, $"a{step}", $"ask{step}", time);
        for (var asked = Math.Max(0, step - FurthestAnswer); asked <= step; asked++)
        {
            if (asked % 2 != 0 || asked + (Hash(asked, 3) % FurthestAnswer) != step)
                continue;
            for (var answer = 0; answer < asked / 2 % 3; answer++)
                yield return new(topics.Answers, asked % ChaosTopics.Partitions, $"a{asked}", $"answer{asked}.{answer}", time + answer);
        }
    }

    /// <summary>So late that all who wait for an answer are told that there is none.</summary>
    public IEnumerable<InputRecord> TheEnd() => Enumerable.Range(0, ChaosTopics.Partitions).Select(
        p => new InputRecord(topics.Asks, p, $"end{p}", "end", _begin + (long)AfterAll.TotalMilliseconds));

    private static string Number(int step) => step.ToString(CultureInfo.InvariantCulture);

    private int Hash(int step, int salt)
    {
        var hash = (((uint)step * 2_654_435_761u) ^ ((uint)seed * 40_503u)) + ((uint)salt * 97_531u);
        hash = (hash ^ (hash >> 15)) * 2_246_822_519u;
        return (int)((hash ^ (hash >> 13)) & int.MaxValue);
    }
}
