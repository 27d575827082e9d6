// Each test counts what is alive of RocksDB in the whole process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
