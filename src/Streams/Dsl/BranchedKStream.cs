using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Operators;

namespace MedStreams.Streams;

/// <summary>
/// Branches in the making. Each record goes to the first branch whose predicate holds, to the default branch where none
/// does, and nowhere where there is none.
/// </summary>
public sealed class BranchedKStream<TKey, TValue>
{
    private readonly KStream<TKey, TValue> _source;
    private readonly string _name;
    private readonly OperatorNode _splitter;
    private readonly List<Func<TKey, TValue, bool>> _predicates = [];
    private readonly List<string> _children = [];
    private readonly Dictionary<string, KStream<TKey, TValue>> _branches = new(StringComparer.Ordinal);

    internal BranchedKStream(KStream<TKey, TValue> source, Named? named)
    {
        _source = source;
        var name = _name = source.Graph.NameOr(named?.Name, "KSTREAM-BRANCH-");
        _splitter = new OperatorNode(
            name, _ => new BranchNode<TKey, TValue>(name, [.. _predicates], [.. _children]));
        source.Graph.Add(source.Node, _splitter);
    }

    /// <summary>A branch of the records for which the predicate holds and none before it did.</summary>
    /// <param name="predicate">Holds for the branch's records.</param>
    /// <param name="branched">Its name; null for its number, from 1.</param>
    public BranchedKStream<TKey, TValue> Branch(
        Func<TKey, TValue, bool> predicate, Branched<TKey, TValue>? branched = null)
    {
        _predicates.Add(predicate);
        Create(branched, _predicates.Count);
        return this;
    }

    /// <summary>A branch that goes on as the function says; null from it keeps the branch out of the result.</summary>
    public BranchedKStream<TKey, TValue> Branch(
        Func<TKey, TValue, bool> predicate,
        Func<KStream<TKey, TValue>, KStream<TKey, TValue>?> chain,
        string? name = null) => Branch(predicate, Branched.WithFunction(chain, name));

    /// <summary>A branch that ends in what the action builds, and is not in the result.</summary>
    public BranchedKStream<TKey, TValue> Branch(
        Func<TKey, TValue, bool> predicate, Action<KStream<TKey, TValue>> consumer, string? name = null) =>
        Branch(predicate, Branched.WithConsumer(consumer, name));

    /// <summary>A branch of the records for which no predicate holds; ends the split.</summary>
    /// <param name="branched">Its name; null for 0.</param>
    /// <returns>The branches by their full names: the split's name, then the branch's.</returns>
    public IReadOnlyDictionary<string, KStream<TKey, TValue>> DefaultBranch(Branched<TKey, TValue>? branched = null)
    {
        Create(branched, 0);
        return _branches;
    }

    /// <summary>A branch of the records for which no predicate holds, which goes on as the function says; ends the split.</summary>
    /// <param name="chain">Builds onto the branch; null from it keeps the branch out of the result.</param>
    /// <param name="name">The end of the branch's name; null for 0.</param>
    /// <returns>The branches by their full names: the split's name, then the branch's.</returns>
    public IReadOnlyDictionary<string, KStream<TKey, TValue>> DefaultBranch(
        Func<KStream<TKey, TValue>, KStream<TKey, TValue>?> chain, string? name = null) =>
        DefaultBranch(Branched.WithFunction(chain, name));

    /// <summary>A branch of the records for which no predicate holds, which ends in what the action builds; ends the split.</summary>
    /// <param name="consumer">Builds onto the branch.</param>
    /// <param name="name">The end of the branch's name; null for 0.</param>
    /// <returns>The branches by their full names: the split's name, then the branch's.</returns>
    public IReadOnlyDictionary<string, KStream<TKey, TValue>> DefaultBranch(
        Action<KStream<TKey, TValue>> consumer, string? name = null) =>
        DefaultBranch(Branched.WithConsumer(consumer, name));

    /// <summary>Ends the split; records for which no predicate holds go nowhere.</summary>
    /// <returns>The branches by their full names: the split's name, then the branch's.</returns>
    public IReadOnlyDictionary<string, KStream<TKey, TValue>> NoDefaultBranch() => _branches;

    private void Create(Branched<TKey, TValue>? branched, int number)
    {
        var name = Named.Validate(_name + (branched?.Name ?? $"{number}"));
        _children.Add(name);
        _source.Graph.NewName(name); // Kafka's counter moves here too
        var node = new OperatorNode(name, _ => new PassThroughNode<TKey, TValue>(name));
        _source.Graph.Add(_splitter, node);
        var branch = new KStream<TKey, TValue>(
            _source.Graph,
            node,
            name,
            _source.Sources,
            _source.KeySerde,
            _source.ValueSerde,
            _source.NeedsRepartition);
        var result = branched?.Chain is { } chain ? chain(branch) : branch;
        if (result is not null)
            _branches.Add(name, result);
    }
}
