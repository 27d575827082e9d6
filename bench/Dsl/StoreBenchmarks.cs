using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;

namespace MedStreams.Dsl.Bench;

/// <summary>
/// The engine's key-value store, with its serdes, beside a loop over RocksDB with the same settings: 100,000 keys of 8 bytes with values of 100, all of
/// them in files and in the block cache. Its reads end in the overlay of uncommitted writes, among the committed entries that are kept in memory, or in RocksDB.
/// </summary>
public class StoreBenchmarks : IDisposable
{
    private const string Gets = "get";
    private const string Misses = "get of what is not there";
    private const string Puts = "put, written in batches of 10,000";
    private const string Updates = "get and put";
    private const string Scans = "scan, each key";
    private const int Keys = 100_000;
    private const int Batch = 10_000;
    private const long CacheBytes = 64 << 20;
    private StoreRig? _engine;
    private BareStore? _bare;
    private int _at;

    [GlobalSetup(Targets = [nameof(BareGet), nameof(MultiGet), nameof(BareMiss), nameof(BarePut), nameof(BareUpdate), nameof(BareScan)])]
    public void OpenBare() => _bare = new BareStore(Keys);

    [GlobalSetup(Targets = [nameof(GetInRocksDb), nameof(Miss), nameof(Put), nameof(Update), nameof(Scan)])]
    public void Open() => _engine = new StoreRig(Keys, cacheBytes: 0);

    [GlobalSetup(Targets = [nameof(GetKept), nameof(UpdateKept)])]
    public void OpenWithCache()
    {
        _engine = new StoreRig(Keys, CacheBytes);
        GetAll(Keys);
    }

    [GlobalSetup(Target = nameof(GetInOverlay))]
    public void FillOverlay()
    {
        Open();
        for (var i = 0; i < Keys; i++)
            _engine!.Store.Put(i, i);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _engine?.Dispose();
        _bare?.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Batch, Baseline = true, Description = "bare loop"), BenchmarkCategory(Gets)]
    public long BareGet()
    {
        var sum = 0L;
        for (var i = 0; i < Batch; i++)
            sum += _bare!.Get(Next());
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Batch, Description = "store get, in RocksDB"), BenchmarkCategory(Gets)]
    public long GetInRocksDb() => GetAll();

    [Benchmark(OperationsPerInvoke = Batch, Description = "store get, kept in memory"), BenchmarkCategory(Gets)]
    public long GetKept() => GetAll();

    [Benchmark(OperationsPerInvoke = Batch, Description = "store get, in the overlay"), BenchmarkCategory(Gets)]
    public long GetInOverlay() => GetAll();

    [Benchmark(OperationsPerInvoke = Batch, Description = "1,000 keys in one MultiGet"), BenchmarkCategory(Gets)]
    public long MultiGet()
    {
        var sum = 0L;
        for (var i = 0; i < Batch; i += 1_000)
            sum += _bare!.GetMany(Enumerate(1_000));
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Batch, Baseline = true, Description = "bare loop"), BenchmarkCategory(Misses)]
    public long BareMiss()
    {
        var sum = 0L;
        for (var i = 0; i < Batch; i++)
            sum += _bare!.Get(Next() + Keys);
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Batch, Description = "store get, of what is not there"), BenchmarkCategory(Misses)]
    public void Miss()
    {
        for (var i = 0; i < Batch; i++)
            DeadCodeEliminationHelper.KeepAliveWithoutBoxing(_engine!.Store.Get(Next() + Keys));
    }

    [Benchmark(OperationsPerInvoke = Batch, Baseline = true, Description = "bare loop"), BenchmarkCategory(Puts)]
    public void BarePut()
    {
        for (var i = 0; i < Batch; i++)
            _bare!.Put(Next(), i);
        _bare!.Write();
    }

    [Benchmark(OperationsPerInvoke = Batch, Description = "store put, commit of 10,000"), BenchmarkCategory(Puts)]
    public void Put()
    {
        for (var i = 0; i < Batch; i++)
            _engine!.Store.Put(Next(), i);
        _engine!.Commit();
    }

    [Benchmark(OperationsPerInvoke = Batch, Baseline = true, Description = "bare loop"), BenchmarkCategory(Updates)]
    public void BareUpdate()
    {
        for (var i = 0; i < Batch; i++)
        {
            var key = Next();
            _bare!.Put(key, _bare!.Get(key) + 1);
        }

        _bare!.Write();
    }

    [Benchmark(OperationsPerInvoke = Batch, Description = "store get and put, commit of 10,000"), BenchmarkCategory(Updates)]
    public void Update() => UpdateAll();

    [Benchmark(OperationsPerInvoke = Batch, Description = "the same, kept in memory"), BenchmarkCategory(Updates)]
    public void UpdateKept() => UpdateAll();

    [Benchmark(OperationsPerInvoke = Keys, Baseline = true, Description = "bare loop"), BenchmarkCategory(Scans)]
    public long BareScan() => _bare!.Scan();

    [Benchmark(OperationsPerInvoke = Keys, Description = "store scan, each key"), BenchmarkCategory(Scans)]
    public long Scan()
    {
        var sum = 0L;
        foreach (var (_, value) in _engine!.Store.All())
            sum += value ?? 0;
        return sum;
    }

    private void UpdateAll()
    {
        for (var i = 0; i < Batch; i++)
        {
            var key = Next();
            _engine!.Store.Put(key, (_engine!.Store.Get(key) ?? 0) + 1);
        }

        _engine!.Commit();
    }

    private long GetAll(int count = Batch)
    {
        var sum = 0L;
        for (var i = 0; i < count; i++)
            sum += _engine!.Store.Get(Next()) ?? 0;
        return sum;
    }

    private IEnumerable<long> Enumerate(int count)
    {
        for (var i = 0; i < count; i++)
            yield return Next();
    }

    // All keys in an order without locality.
    private long Next() => _at = (_at + 61_803) % Keys;
}
