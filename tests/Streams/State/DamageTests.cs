using MedStreams.Streams.State;

namespace MedStreams.Streams.Tests.State;

/// <summary>What happens to a task whose files are damaged, locked, or left from another topology.</summary>
public sealed class DamageTests
{
    private const int Entries = 2000;

    public static TheoryData<string> Harms => ["delete", "cut", "flip", "empty"];

    [Theory]
    [MemberData(nameof(Harms))]
    public void A_damaged_file_is_told_from_good_state(string harm)
    {
        using var task = Task("s");
        Fill(task);
        task.Close();
        var folder = task.Directories.PathOf(TaskFixture.Task);
        var copy = Directory.CreateTempSubdirectory("medstreams-damage-").FullName;
        Copy(folder, copy);
        try
        {
            foreach (var file in Directory.GetFiles(copy).Select(f => Path.GetFileName(f)))
            {
                Directory.Delete(folder, recursive: true);
                Copy(copy, folder);
                Harm(Path.Combine(folder, file), harm);
                Judge(task, file);
            }
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
            Directory.Delete(folder, recursive: true);
            task.Open();
        }
    }

    [Fact]
    public void Damage_that_a_read_finds_is_remembered_until_the_state_is_wiped()
    {
        using var task = Task("s");
        Fill(task);
        task.Close();
        var file = Directory.GetFiles(task.Directories.PathOf(TaskFixture.Task), "*.sst").OrderByDescending(f => new FileInfo(f).Length).First();
        Harm(file, "flip");
        task.Open();
        var error = Assert.Throws<StateCorruptedException>(() => task.Store<IKeyValueStore<string, string>>("s").All().Count());
        Assert.Equal(TaskFixture.Task, error.Task);
        task.Close();
        Assert.Throws<StateCorruptedException>(task.Open);
        task.Directories.Wipe(TaskFixture.Task);
        task.Directories.Dispose();
        task.Open();
        Assert.Null(task.State.Positions["s"]);
        Assert.Empty(task.Store<IKeyValueStore<string, string>>("s").All());
    }

    [Fact]
    public void A_store_that_changed_its_kind_or_came_back_starts_anew()
    {
        using var task = Task("s", "t");
        Fill(task);
        task.Store<IKeyValueStore<string, string>>("t").Put("a", "1");
        task.Commit();

        task.Stores = [TaskFixture.Define(Timestamped("s")), task.Stores[1]];
        task.Reopen();
        Assert.Null(task.State.Positions["s"]);
        Assert.Equal(1, task.State.Positions["t"]);
        Assert.Empty(task.Store<ITimestampedKeyValueStore<string, string>>("s").All());

        task.Stores = [task.Stores[0]];
        task.Reopen();
        task.Stores = [task.Stores[0], TaskFixture.Define(Plain("t"))];
        task.Reopen();
        Assert.Null(task.State.Positions["t"]);
        Assert.Empty(task.Store<IKeyValueStore<string, string>>("t").All());
    }

    [Fact]
    public void A_position_of_another_changelog_means_nothing()
    {
        using var task = Task("s");
        Fill(task);
        task.Stores = [task.Stores[0] with { SourceTopic = "source" }];
        task.Reopen();
        Assert.Null(task.State.Positions["s"]);
        task.Store<IKeyValueStore<string, string>>("s").Put("a", "1");
        Assert.DoesNotContain(task.Collector.Records, r => r.Partition.Topic == "source");
    }

    [Fact]
    public void A_wiped_store_is_empty_and_the_others_are_not()
    {
        using var task = Task("s", "t");
        Fill(task);
        task.Store<IKeyValueStore<string, string>>("t").Put("a", "1");
        task.Commit();
        task.State.Wipe("s");
        Assert.Null(task.State.Positions["s"]);
        Assert.Empty(task.Store<IKeyValueStore<string, string>>("s").All());
        task.Store<IKeyValueStore<string, string>>("s").Put("new", "1");
        task.Reopen();
        Assert.Null(task.State.Positions["s"]);
        Assert.Equal(1, task.State.Positions["t"]);
        Assert.Equal("1", task.Store<IKeyValueStore<string, string>>("t").Get("a"));
    }

    [Fact]
    public void A_folder_and_a_task_belong_to_one_owner_at_a_time()
    {
        using var task = Task("s");
        var error = Assert.Throws<StateLockedException>(
            () => StateDirectory.Open(task.Folder, "app", new StateSettings(), TimeProvider.System));
        Assert.Contains("state.dir", error.Message, StringComparison.Ordinal);
        Assert.Throws<StateLockedException>(() => TaskState.Open(task.Directories, TaskFixture.Task, "app", task.Stores, t => t));
        Assert.Throws<StateLockedException>(() => task.Directories.Wipe(TaskFixture.Task));
        using var other = TaskState.Open(task.Directories, new TaskId(1, 2), "app", task.Stores, t => t);
        Assert.Equal([new TaskId(0, 0), new TaskId(1, 2)], task.Directories.Tasks);
    }

    [Fact]
    public void Folders_that_nobody_used_for_long_are_cleaned_up()
    {
        using var task = Task("s");
        var old = new TaskId(3, 1);
        TaskState.Open(task.Directories, old, "app", task.Stores, t => t).Dispose();
        Assert.Empty(task.Directories.CleanUp(TimeSpan.FromMinutes(10)));
        Directory.SetLastWriteTimeUtc(task.Directories.PathOf(old), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Directory.SetLastWriteTimeUtc(task.Directories.PathOf(TaskFixture.Task), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal([old], task.Directories.CleanUp(TimeSpan.FromMinutes(10)));
        Assert.Equal([TaskFixture.Task], task.Directories.Tasks);
    }

    [Fact]
    public void A_task_without_stores_on_disk_leaves_no_folder()
    {
        using var task = new TaskFixture(Stores.KeyValueStoreBuilder(
            Stores.InMemoryKeyValueStore("s"), TextSerde.Instance, TextSerde.Instance));
        Assert.Empty(task.Directories.Tasks);
    }

    // Either all is as it was (a file that holds no data), or nothing is known, or the damage is found: at opening or at reading.
    private static void Judge(TaskFixture task, string file)
    {
        try
        {
            task.Open();
        }
        catch (StateCorruptedException)
        {
            task.Directories.Dispose();
            return;
        }

        try
        {
            var found = task.Store<IKeyValueStore<string, string>>("s").All().Count();
            Assert.True(
                (found, task.State.Positions["s"]) is (Entries, Entries) or (0, null),
                $"{file}: {found} entries at {task.State.Positions["s"]}");
        }
        catch (StateCorruptedException)
        {
            Assert.EndsWith(".sst", file, StringComparison.Ordinal);
        }
        finally
        {
            task.Close();
        }
    }

    private static void Harm(string file, string harm)
    {
        var bytes = File.ReadAllBytes(file);
        switch (harm)
        {
            case "delete":
                File.Delete(file);
                break;
            case "cut":
                File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);
                break;
            case "empty":
                File.WriteAllBytes(file, []);
                break;
            case "flip" when bytes.Length > 0:
                for (var i = bytes.Length / 4; i < bytes.Length / 2; i++)
                    bytes[i] ^= 0x55;
                File.WriteAllBytes(file, bytes);
                break;
        }
    }

    private static void Fill(TaskFixture task)
    {
        var store = task.Store<IKeyValueStore<string, string>>("s");
        for (var i = 0; i < Entries; i++)
            store.Put($"key{i}", $"value{i * 7919}");
        task.Commit();
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    private static StoreBuilder<IKeyValueStore<string, string>> Plain(string name) =>
        Stores.KeyValueStoreBuilder(Stores.PersistentKeyValueStore(name), TextSerde.Instance, TextSerde.Instance);

    private static StoreBuilder<ITimestampedKeyValueStore<string, string>> Timestamped(string name) =>
        Stores.TimestampedKeyValueStoreBuilder(Stores.PersistentKeyValueStore(name), TextSerde.Instance, TextSerde.Instance);

    private static TaskFixture Task(params string[] names) => new([.. names.Select(Plain)]);
}
