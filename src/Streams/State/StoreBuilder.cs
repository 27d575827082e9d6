using MedStreams.Streams.State;

namespace MedStreams.Streams;

/// <summary>
/// Makes the engine's stores: typed over cached over logged over bytes (Kafka Streams' <c>StoreBuilder</c>). Set it up before it goes into a
/// topology. By default changes are logged, and nothing is cached.
/// </summary>
public sealed class StoreBuilder<TStore> : IStoreBuilder<TStore>, IEngineStoreBuilder
    where TStore : class, IStateStore
{
    private readonly StoreLayout _layout;
    private readonly Func<StoreLayout, bool, bool, TStore> _create;

    internal StoreBuilder(StoreLayout layout, Func<StoreLayout, bool, bool, TStore> create)
    {
        _layout = layout;
        _create = create;
    }

    /// <inheritdoc/>
    public string Name => _layout.Name;

    /// <inheritdoc/>
    public bool LoggingEnabled { get; private set; } = true;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> LogConfig { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Whether writes are held back until the next commit or until the cache is full, so that of several of one key only the last goes on.
    /// </summary>
    public bool CachingEnabled { get; private set; }

    StoreLayout IEngineStoreBuilder.Layout => _layout;

    /// <summary>
    /// Holds writes back; see <see cref="CachingEnabled"/>. A store that keeps duplicates or versions is never cached, since the last of
    /// them is not all: there this does nothing.
    /// </summary>
    public StoreBuilder<TStore> WithCachingEnabled()
    {
        CachingEnabled = !_layout.RetainDuplicates && _layout.Kind != StoreKind.Versioned;
        return this;
    }

    /// <summary>Sends each write on at once: the default.</summary>
    public StoreBuilder<TStore> WithCachingDisabled()
    {
        CachingEnabled = false;
        return this;
    }

    /// <summary>Logs changes to a compacted topic, from which the store is restored: the default.</summary>
    /// <param name="config">Settings of that topic beyond the engine's own.</param>
    public StoreBuilder<TStore> WithLoggingEnabled(IReadOnlyDictionary<string, string> config)
    {
        LoggingEnabled = true;
        LogConfig = config;
        return this;
    }

    /// <summary>Logs nothing: what a store holds is lost with its machine, and when its task moves.</summary>
    public StoreBuilder<TStore> WithLoggingDisabled()
    {
        LoggingEnabled = false;
        LogConfig = new Dictionary<string, string>(StringComparer.Ordinal);
        return this;
    }

    /// <inheritdoc/>
    public TStore Build() => _create(_layout, CachingEnabled, LoggingEnabled);

    IStateStore IStoreBuilder.Build() => Build();
}
