using System.Diagnostics;
using MedStreams.Streams.Graph;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Tests.State;

/// <summary>
/// What kill -9 leaves behind. The writer is this test program again, running <see cref="Writer"/>: it commits numbered
/// batches over several stores, with memory tables so small that RocksDB flushes all the time.
/// </summary>
public sealed class CrashTests
{
    private const string FolderVariable = "MEDSTREAMS_TEST_CRASH_FOLDER";
    private const int Keys = 40;
    private const int Kills = 5;
    private static readonly string[] Names = ["a", "b", "w"];
    private static readonly StateSettings Settings = new() { TaskWriteBufferBytes = 64 << 10, BlockCacheBytes = 1 << 20 };

    [Fact]
    public async Task A_killed_process_leaves_all_stores_at_one_committed_position()
    {
        var folder = Directory.CreateTempSubdirectory("medstreams-crash-").FullName;
        try
        {
            var last = 0L;
            for (var kill = 0; kill < Kills; kill++)
            {
                await RunAndKill(folder, last + 300 + (kill * 37));
                var position = Check(folder);
                Assert.True(position >= last, $"position {position} after {last}");
                last = position;
            }

            Assert.True(last > 0, "nothing ever reached the disk");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Runs in the process that is killed.</summary>
    [Fact(Explicit = true)]
    public void Writer()
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        Assert.NotNull(folder);
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        using var directory = StateDirectory.Open(folder, "app", Settings, TimeProvider.System);
        using var state = Open(directory);
        for (var n = state.Positions["a"] ?? 0; ; n++)
        {
            foreach (var name in Names)
            {
                var bytes = state.Bytes(name);
                bytes.Overlay.Set(KeyOf(name, n), Value(n), delete: n % 7 == 3);
                if (name == "w")
                    bytes.StreamTime = n;
            }

            state.Commit(Names.ToDictionary(name => name, _ => n + 1));
            output.WriteLine($"committed {n + 1}");
        }
    }

    private static async Task RunAndKill(string folder, long until)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "MedStreams.Streams.Tests");
        var start = new ProcessStartInfo(program, ["-noLogo", "-explicit", "only", "-method", $"*{nameof(CrashTests)}.{nameof(Writer)}"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            Environment = { [FolderVariable] = folder },
        };
        using var process = Process.Start(start)!;
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.StartsWith("committed ", StringComparison.Ordinal) && long.Parse(line.AsSpan(10)) >= until)
                    break;
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        Assert.Equal(128 + 9, process.ExitCode);
    }

    private static long Check(string folder)
    {
        using var directory = StateDirectory.Open(folder, "app", Settings, TimeProvider.System);
        using var state = Open(directory);
        var position = state.Positions["a"] ?? 0;
        Assert.All(Names, name => Assert.Equal(position, state.Positions[name] ?? 0));
        Assert.Equal(position - 1, state.Bytes("w").StreamTime);
        foreach (var name in Names)
        {
            var expected = new SortedDictionary<string, string>(StringComparer.Ordinal);
            for (var n = Math.Max(0, position - Keys); n < position; n++)
            {
                if (n % 7 != 3)
                    expected.Add(Convert.ToHexString(KeyOf(name, n)), Convert.ToHexString(Value(n)));
            }

            var found = new List<KeyValuePair<string, string>>();
            using var cursor = state.Bytes(name).Scan(KeyRange.All);
            while (cursor.MoveNext())
                found.Add(new(Convert.ToHexString(cursor.Key), Convert.ToHexString(cursor.Value)));
            Assert.Equal(expected, found);
        }

        return position;
    }

    private static byte[] KeyOf(string name, long n)
    {
        var key = new ScratchWriter();
        if (name == "w")
            key.WriteInt64(0);
        key.WriteInt64(n % Keys);
        if (name == "w")
        {
            key.WriteInt64(n % Keys);
            key.WriteInt32(0);
        }

        return key.Written.ToArray();
    }

    private static byte[] Value(long n)
    {
        var value = new byte[600];
        new Random((int)n).NextBytes(value);
        return value;
    }

    private static TaskState Open(StateDirectory directory)
    {
        var keyValue = (string name) => (IStoreBuilder)Stores.KeyValueStoreBuilder(
            Stores.PersistentKeyValueStore(name), RawSerde.Instance, RawSerde.Instance);
        var window = Stores.WindowStoreBuilder(
            Stores.PersistentWindowStore("w", TimeSpan.FromDays(1), TimeSpan.FromMinutes(1)), RawSerde.Instance, RawSerde.Instance);
        StoreDefinition[] stores = [new(keyValue("a"), null), new(keyValue("b"), null), new(window, null)];
        return TaskState.Open(directory, TaskFixture.Task, "app", stores, t => t);
    }
}
