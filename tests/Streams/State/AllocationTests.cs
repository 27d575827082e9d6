using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace MedStreams.Streams.Tests.State;

public sealed class AllocationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Reading_and_writing_allocates_nothing(bool persistent, bool caching)
    {
        var supplier = persistent ? Stores.PersistentKeyValueStore("s") : Stores.InMemoryKeyValueStore("s");
        var windows = Stores.PersistentWindowStore("w", TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
        var keyValue = Stores.TimestampedKeyValueStoreBuilder(supplier, Int64Serde.Instance, Int64Serde.Instance)
            .WithLoggingDisabled();
        var windowed = Stores.TimestampedWindowStoreBuilder(windows, Int64Serde.Instance, Int64Serde.Instance)
            .WithLoggingDisabled();
        using var task = new TaskFixture(
            caching ? keyValue.WithCachingEnabled() : keyValue, caching ? windowed.WithCachingEnabled() : windowed);
        var store = task.Store<ITimestampedKeyValueStore<long, long>>("s");
        var windowStore = task.Store<ITimestampedWindowStore<long, long>>("w");
        // The compiler's first version of a method may box; after a while all are optimised.
        var allocated = long.MaxValue;
        var since = Stopwatch.GetTimestamp();
        for (var round = 0; allocated > 0 && Stopwatch.GetElapsedTime(since) < Patience; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Round(store, windowStore);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (round % 2 == 1)
                task.Commit(); // the next round reads what is committed, and its buffers come anew
        }

        Assert.Equal(0, allocated);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Round(ITimestampedKeyValueStore<long, long> store, ITimestampedWindowStore<long, long> windows)
    {
        for (var i = 0; i < 1000; i++)
        {
            store.Put(i % 100, new ValueAndTimestamp<long>((store.Get(i % 100)?.Value ?? 0) + 1, i));
            windows.Put(i % 100, new ValueAndTimestamp<long>((windows.Fetch(i % 100, 0)?.Value ?? 0) + 1, i), 0);
        }
    }

    private sealed class Int64Serde : ISerde<long>
    {
        public static Int64Serde Instance { get; } = new();

        public void Serialize(long value, IBufferWriter<byte> destination, in SerdeContext context)
        {
            BinaryPrimitives.WriteInt64BigEndian(destination.GetSpan(sizeof(long)), value);
            destination.Advance(sizeof(long));
        }

        public long Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) =>
            BinaryPrimitives.ReadInt64BigEndian(data);
    }
}
