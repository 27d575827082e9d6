using System.Globalization;

namespace MedStreams.Streams.Async;

/// <summary>
/// How long the calls of an application may keep a commit waiting, so that no transaction runs out of time. What is in flight when a commit is due ends
/// within the sum of the sub-topology's time-outs times one more than the records that may wait for one key; that number is chosen so that it fits, and half
/// of the sum is left for <see cref="LongestPutOff"/>.
/// </summary>
/// <param name="Longest">The largest sum of time-outs of a sub-topology; zero where there are no asynchronous nodes.</param>
/// <param name="WaitingPerKey">How many records of a key may wait for the call before them.</param>
internal sealed record CallLimits(TimeSpan Longest, int WaitingPerKey)
{
    /// <summary>How long a commit that is due may be put off for single slow calls, while others go on.</summary>
    public TimeSpan LongestPutOff => Longest / 2;

    public const string TransactionSetting = "transaction.timeout.ms";
    private const string PollSetting = "max.poll.interval.ms";
    private const int TransactionsOfCalls = 6;
    private static readonly TimeSpan DefaultTransaction = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LargestTransaction = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan DefaultPoll = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The same settings, with more time for a transaction where a topology makes calls that need it, or commits are far apart, and the user has not set
    /// it. Without calls it stays within what brokers allow (<c>transaction.max.timeout.ms</c>).
    /// </summary>
    public static StreamsConfig Widen(Topology topology, StreamsConfig config)
    {
        var calls = TransactionsOfCalls * LongestOf(topology).Calls;
        var needed = calls + config.EffectiveCommitInterval;
        if (calls == TimeSpan.Zero && needed > LargestTransaction)
            needed = LargestTransaction;
        if (!config.ExactlyOnce || config.Producer.ContainsKey(TransactionSetting) || needed <= DefaultTransaction)
            return config;
        return config with
        {
            Producer = new Dictionary<string, string>(config.Producer, StringComparer.Ordinal)
            {
                [TransactionSetting] = ((long)needed.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
            },
        };
    }

    /// <summary>What holds for the calls of a topology.</summary>
    /// <exception cref="TopologyException">The calls may take longer than fits; names the nodes and the settings.</exception>
    public static CallLimits Of(Topology topology, StreamsConfig config)
    {
        var (calls, nodes) = LongestOf(topology);
        if (calls == TimeSpan.Zero)
            return new CallLimits(calls, int.MaxValue);
        var poll = Setting(config.MainConsumer, PollSetting) ?? DefaultPoll;
        Require(calls, nodes, poll, PollSetting);
        if (!config.ExactlyOnce)
            return new CallLimits(calls, (int)(poll / calls) - 2);
        var transaction = (Setting(config.Producer, TransactionSetting) ?? DefaultTransaction) - config.EffectiveCommitInterval;
        Require(calls, nodes, transaction, $"{TransactionSetting} less commit.interval.ms");
        return new CallLimits(calls, (int)((poll < transaction ? poll : transaction) / calls) - 2);
    }

    private static void Require(TimeSpan calls, string nodes, TimeSpan limit, string name)
    {
        if (3 * calls <= limit)
            return;
        throw new TopologyException(
            $"The calls of {nodes} may take {calls} for a record, and three times that must fit into {name}, which is {limit}: shorten "
            + $"{nameof(AsyncOptions)}.{nameof(AsyncOptions.Timeout)}, or raise the setting.");
    }

    private static (TimeSpan Calls, string Nodes) LongestOf(Topology topology)
    {
        var (longest, names) = (TimeSpan.Zero, string.Empty);
        foreach (var subtopology in topology.Split())
        {
            var nodes = subtopology.Nodes.OfType<ICallDefinition>().ToList();
            var sum = nodes.Aggregate(TimeSpan.Zero, static (all, node) => all + node.Options.Timeout);
            if (sum > longest)
                (longest, names) = (sum, string.Join(" and ", nodes.Select(n => n.Name)));
        }

        return (longest, names);
    }

    private static TimeSpan? Setting(IReadOnlyDictionary<string, string> settings, string name) =>
        settings.TryGetValue(name, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;
}
