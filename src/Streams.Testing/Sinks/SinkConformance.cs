namespace MedStreams.Streams.Testing;

/// <summary>What came of a case.</summary>
/// <param name="Case">Its name.</param>
/// <param name="IsLeftOut">Whether the target cannot do what the case needs.</param>
/// <param name="Failure">Null where the sink keeps the contract.</param>
public sealed record SinkConformanceResult(string Case, bool IsLeftOut, Exception? Failure);

/// <summary>
/// Holds a sink to the contract of <see cref="ISink{TKey,TValue}"/>: claims, resuming, fencing, refused records, outages, and deaths between
/// all steps. A sink that passes is exactly once under the engine. Each case gets a target of its own.
/// </summary>
public static class SinkConformance
{
    /// <summary>The names of all cases, for tests that run one each.</summary>
    public static IReadOnlyList<string> Cases { get; } = [.. SinkCases<object, object>.All.Keys];

    /// <summary>Runs one case.</summary>
    /// <param name="name">One of <see cref="Cases"/>.</param>
    /// <param name="createTarget">Makes a target that holds nothing.</param>
    /// <param name="seed">Decides what a case does at random; the same seed does the same.</param>
    /// <param name="cancellationToken">Ends the case.</param>
    /// <returns>False where the target cannot do what the case needs.</returns>
    /// <exception cref="SinkConformanceException">The sink does not keep the contract.</exception>
    /// <exception cref="ArgumentException">There is no such case.</exception>
    public static async Task<bool> RunAsync<TKey, TValue>(
        string name,
        Func<ValueTask<SinkTarget<TKey, TValue>>> createTarget,
        int seed = 1,
        CancellationToken cancellationToken = default)
    {
        if (!SinkCases<TKey, TValue>.All.TryGetValue(name, out var run))
            throw new ArgumentException($"There is no case {name}; there is {string.Join(", ", Cases)}.", nameof(name));
        await using var target = await createTarget();
        try
        {
            return await run(new SinkCases<TKey, TValue>(target, seed, cancellationToken));
        }
        catch (Exception e) when (e is not (SinkConformanceException or OperationCanceledException))
        {
            throw new SinkConformanceException($"{name}: the sink threw {e.GetType().Name} where the contract does not expect it.", e);
        }
        catch (SinkConformanceException e)
        {
            throw new SinkConformanceException($"{name}: {e.Message}", e.InnerException);
        }
    }

    /// <summary>Runs all cases, and answers what came of each.</summary>
    public static async Task<IReadOnlyList<SinkConformanceResult>> RunAllAsync<TKey, TValue>(
        Func<ValueTask<SinkTarget<TKey, TValue>>> createTarget, int seed = 1, CancellationToken cancellationToken = default)
    {
        var results = new List<SinkConformanceResult>();
        foreach (var name in Cases)
        {
            try
            {
                results.Add(new SinkConformanceResult(name, !await RunAsync(name, createTarget, seed, cancellationToken), null));
            }
            catch (SinkConformanceException e)
            {
                results.Add(new SinkConformanceResult(name, false, e));
            }
        }

        return results;
    }
}
