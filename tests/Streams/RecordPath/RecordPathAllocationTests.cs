using MedStreams.Dsl.Bench;

namespace MedStreams.Streams.Tests.RecordPath;

/// <summary>What a record costs the garbage collector on its way through a task, from its bytes to the collector.</summary>
public sealed class RecordPathAllocationTests
{
    private const int Records = 10_000;

    public static TheoryData<string> Stateless => [.. Operator.Stateless.Select(o => o.Name)];

    /// <summary>Operator, different keys, whether it commits after each 10,000 records, bytes for a record at most.</summary>
    public static TheoryData<string, int, bool, int> Stateful => new()
    {
        { "Count", 100, false, 0 },
        { "Count", 100, true, 1 },
        { "Count", Records, true, 1 },
        { "Count, cached", 100, true, 1 },
        { "Count, cached", Records, true, 5 },
        { "tumbling windows, Count", 100, false, 0 },
        { "tumbling windows, Count", 100, true, 1 },
        { "tumbling windows, Count", Records, true, 1 },
        { "stream-table Join", 100, false, 0 },
        { "stream-table Join", Records, true, 1 },
        { "KTable Filter", 100, false, 0 },
        { "KTable MapValues", Records, true, 1 },
        { "ToTable", Records, true, 1 },
        { "table-table Join", 100, false, 0 },
        { "hopping windows (4), Count", 100, false, 0 },
        { "session windows, Count", 100, true, 1000 },
        { "stream-stream Join", 100, true, 1000 },
        { "Suppress until time limit", 100, true, 1000 },
    };

    [Theory]
    [MemberData(nameof(Stateless))]
    public void Operators_without_a_store_allocate_nothing(string name)
    {
        using var task = new BareTask(Operator.Stateless.Single(o => o.Name == name).Topology());
        Assert.Equal(0, LeastOf(task, keys: 100, commits: false, atMost: 0));
    }

    [Theory]
    [MemberData(nameof(Stateful))]
    public void Operators_with_a_store_allocate_within_a_bound(string name, int keys, bool commits, int bytesPerRecord)
    {
        var folder = Directory.CreateTempSubdirectory("medstreams-allocations-");
        using (var task = new BareTask(Operator.Stateful.Single(o => o.Name == name).Topology(), folder.FullName))
        {
            if (name.Contains("Join", StringComparison.Ordinal))
            {
                for (var key = 0; key < keys; key++)
                    task.Process(Operator.Table, key, key, 0);
            }

            Assert.InRange(LeastOf(task, keys, commits, bytesPerRecord * Records), 0, bytesPerRecord * Records);
        }

        folder.Delete(recursive: true);
    }

    // The first rounds fill buffers and pools; where stores commit, files and their blocks take a few more.
    private static long LeastOf(BareTask task, int keys, bool commits, long atMost)
    {
        var least = long.MaxValue;
        var time = 0L;
        for (var round = 0; least > atMost && round < 20; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Records; i++)
                task.Process(Operator.Input, i % keys, i, time++ / 10);
            if (commits)
                task.Commit();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
