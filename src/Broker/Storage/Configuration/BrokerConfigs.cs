using System.Globalization;
using System.Text.Json;
using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Storage;

/// <summary>What was altered while a broker ran, as its file holds it.</summary>
/// <param name="Version">The form of the file.</param>
/// <param name="Broker">What was altered for this broker.</param>
/// <param name="Default">What was altered for all brokers.</param>
internal sealed record AlteredConfigs(
    int Version, SortedDictionary<string, string> Broker, SortedDictionary<string, string> Default);

/// <summary>
/// The broker's configurations: what was altered for this broker, for all brokers, what its options say, and Kafka's
/// defaults, in this order. What is altered is durable, in one file that is replaced as a whole.
/// </summary>
/// <remarks>Safe for concurrent use; a reader sees all of a change or nothing.</remarks>
internal sealed class BrokerConfigs
{
    /// <summary>The file in the data directory.</summary>
    public const string FileName = "configs.json";

    private const int Version = 1;

    private readonly Lock _changing = new();
    private readonly IFileSystem _files;
    private readonly string _path;
    private readonly Dictionary<string, string> _static;
    private readonly IReadOnlyDictionary<string, string> _topicStatic;
    private AlteredConfigs _altered;
    private IReadOnlyDictionary<string, string> _topicDefaults;

    /// <summary>Reads what was altered.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The data directory.</param>
    /// <param name="options">What the options say, by Kafka's names of broker configurations.</param>
    /// <param name="topicDefaults">What the options say of topics, by Kafka's names of topic configurations.</param>
    /// <exception cref="BrokerException">The file is damaged or of a later release.</exception>
    public BrokerConfigs(
        IFileSystem files,
        string directory,
        IReadOnlyDictionary<string, string> options,
        IReadOnlyDictionary<string, string> topicDefaults)
    {
        _files = files;
        _path = Path.Combine(directory, FileName);
        _topicStatic = topicDefaults;
        _static = Known(topicDefaults).Concat(options).GroupBy(entry => entry.Key).ToDictionary(entries => entries.Key, entries => entries.Last().Value);
        _altered = Read();
        _topicDefaults = TopicDefaultsOf(_altered);
    }

    /// <summary>What topics have that do not configure it themselves, by Kafka's names of topic configurations.</summary>
    public IReadOnlyDictionary<string, string> TopicDefaults => Volatile.Read(ref _topicDefaults);

    private AlteredConfigs Altered => Volatile.Read(ref _altered);

    /// <summary>A configuration of the broker.</summary>
    public ConfigValue Of(BrokerConfig config) => new(config.Rule, !config.IsDynamic, [.. Synonyms(Altered, config)]);

    /// <summary>What was altered for all brokers.</summary>
    public IEnumerable<ConfigValue> OfAllBrokers() => Altered.Default.Select(entry => new ConfigValue(
        BrokerConfigTable.All[entry.Key].Rule, IsReadOnly: false, [new(entry.Key, entry.Value, ConfigSource.DynamicDefault)]));

    /// <summary>A configuration of a topic.</summary>
    /// <param name="rule">The configuration.</param>
    /// <param name="own">The topic's own values.</param>
    public ConfigValue OfTopic(ConfigRule rule, IReadOnlyDictionary<string, string> own)
    {
        var synonyms = new List<ConfigSynonym>();
        if (own.TryGetValue(rule.Name, out var value))
            synonyms.Add(new(rule.Name, value, ConfigSource.Topic));
        if (BrokerConfigTable.DefaultOf(rule.Name) is { } config)
            synonyms.AddRange(Synonyms(Altered, config));
        else if (_topicStatic.TryGetValue(rule.Name, out value))
            synonyms.Add(new(rule.Name, value, ConfigSource.StaticBroker));
        if (synonyms.Count == 0 || synonyms[^1].Source != ConfigSource.Default)
            synonyms.Add(new(BrokerConfigTable.DefaultOf(rule.Name)?.Rule.Name ?? rule.Name, rule.Default!, ConfigSource.Default));
        return new(rule, IsReadOnly: false, synonyms);
    }

    /// <summary>The text that counts for a configuration of the broker that always has one.</summary>
    public string Text(string name) => Of(BrokerConfigTable.All[name]).Value!;

    /// <summary>The number that counts for a configuration of the broker that always has one.</summary>
    public double Number(string name) => double.Parse(Text(name), CultureInfo.InvariantCulture);

    /// <summary>Whether a configuration of the broker that always has a value is on.</summary>
    public bool IsOn(string name) => bool.Parse(Text(name));

    /// <summary>Alters the broker's configuration.</summary>
    /// <param name="all">Whether for all brokers; otherwise for this one.</param>
    /// <param name="edit">Makes what is altered of what was, or says what is wrong with the wish.</param>
    /// <param name="validateOnly">Whether only to say what would happen.</param>
    /// <exception cref="IOException">It could not be made durable; nothing changed.</exception>
    public TopicChange Change(bool all, Func<IReadOnlyDictionary<string, string>, ConfigEdit> edit, bool validateOnly)
    {
        lock (_changing)
        {
            var before = all ? _altered.Default : _altered.Broker;
            var (configs, error, message) = edit(before);
            if (configs is null)
                return new(error, message);
            foreach (var (name, value) in configs.Where(entry => before.GetValueOrDefault(entry.Key) != entry.Value))
            {
                if (BrokerConfigTable.Fault(name, value) is { } fault)
                    return new(ErrorCode.InvalidRequest, fault);
                if (!BrokerConfigTable.All[name].IsDynamic)
                    return new(ErrorCode.InvalidRequest, $"Cannot update these configs dynamically: {name}");
            }

            if (validateOnly)
                return new(ErrorCode.None, null);
            var sorted = new SortedDictionary<string, string>(new Dictionary<string, string>(configs), StringComparer.Ordinal);
            var altered = all ? _altered with { Default = sorted } : _altered with { Broker = sorted };
            DurableFile.Replace(_files, _path, JsonSerializer.SerializeToUtf8Bytes(altered, RegistryJson.Default.AlteredConfigs));
            Volatile.Write(ref _altered, altered);
            Volatile.Write(ref _topicDefaults, TopicDefaultsOf(altered));
            return new(ErrorCode.None, null);
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Known(IReadOnlyDictionary<string, string> topicDefaults) =>
        from entry in topicDefaults
        let config = BrokerConfigTable.DefaultOf(entry.Key)
        where config is not null
        select KeyValuePair.Create(config.Rule.Name, entry.Value);

    private IEnumerable<ConfigSynonym> Synonyms(AlteredConfigs altered, BrokerConfig config)
    {
        var (name, fallback) = (config.Rule.Name, config.Rule.Default);
        if (altered.Broker.TryGetValue(name, out var value))
            yield return new(name, value, ConfigSource.DynamicBroker);
        if (altered.Default.TryGetValue(name, out value))
            yield return new(name, value, ConfigSource.DynamicDefault);
        if (_static.TryGetValue(name, out value) && (config.Topic is not null || value != fallback))
            yield return new(name, value, ConfigSource.StaticBroker);
        if (fallback is not null)
            yield return new(name, fallback, ConfigSource.Default);
    }

    private Dictionary<string, string> TopicDefaultsOf(AlteredConfigs altered)
    {
        var defaults = new Dictionary<string, string>(_topicStatic);
        foreach (var config in BrokerConfigTable.All.Values)
        {
            if (config.Topic is { } topic && Synonyms(altered, config).FirstOrDefault() is { Value: { } value })
                defaults[topic] = value;
        }

        return defaults;
    }

    private AlteredConfigs Read()
    {
        if (DurableFile.Read(_files, _path) is not { } content)
            return new(Version, [], []);
        try
        {
            if (JsonSerializer.Deserialize(content, RegistryJson.Default.AlteredConfigs) is { Version: Version } altered
                && altered.Broker.Concat(altered.Default).All(entry => BrokerConfigTable.Fault(entry.Key, entry.Value) is null))
            {
                return altered;
            }
        }
        catch (JsonException exception)
        {
            throw new BrokerException($"{_path} cannot be read.", exception);
        }

        throw new BrokerException($"{_path} is not of version {Version}, or holds what this release does not know.");
    }
}
