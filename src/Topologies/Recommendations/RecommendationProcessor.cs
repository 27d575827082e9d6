using System.Text;
using MedStreams.Streams;

namespace MedStreams.Topologies.Recommendations;

/// <summary>A list, null where the user is gone, or the bytes of what was refused.</summary>
internal readonly record struct RecommendationOutput(RecommendationList? List, byte[]? Refused);

/// <summary>
/// Keeps the preferences of all users in a store, and the lists of its partition's users. Beside scores nothing else is stored: what a list follows from is worked out of the preferences, so
/// after a restart all lists are looked at again, and those that say the same are not written.
/// </summary>
internal sealed class RecommendationProcessor(RecommendationsOptions options) : IProcessor<string, PreferenceChange, string, RecommendationOutput>
{
    private IProcessorContext<string, RecommendationOutput> _context = null!;
    private IKeyValueStore<PreferenceKey, double?> _preferences = null!;
    private IKeyValueStore<string, RecommendationList?> _lists = null!;
    private Scores _scores = null!;
    private IncrementalRecommender _recommender = null!;

    public void Init(IProcessorContext<string, RecommendationOutput> context)
    {
        _context = context;
        _preferences = context.GetStateStore<IKeyValueStore<PreferenceKey, double?>>(RecommendationsTopology.PreferenceStore);
        _lists = context.GetStateStore<IKeyValueStore<string, RecommendationList?>>(RecommendationsTopology.ListStore);
        _scores = new Scores(context.GetStateStore<IKeyValueStore<string, RecommendationScore?>>(RecommendationsTopology.ScoreStore));
        _recommender = new IncrementalRecommender(options, IsOwn);
        foreach (var (cell, value) in _preferences.All())
            _recommender.Load(cell.User, cell.Item, value!.Value);
        _recommender.MarkAll(context.CurrentSystemTimeMs);
        context.Schedule(options.LookInterval, PunctuationType.WallClockTime, Look);
    }

    public void Process(in Record<string, PreferenceChange> record)
    {
        var (user, change, now) = (record.Key, record.Value, _context.CurrentSystemTimeMs);
        if (change.Item is not { } item)
            RemoveAll(user, now);
        else if (change.Value is not { } value)
            Remove(user, item, now);
        else
            Set(record, item, value, now);
    }

    private void Set(in Record<string, PreferenceChange> record, string item, double value, long now)
    {
        var user = record.Key;
        var isNew = _recommender.Model.Find(user, item) is null;
        if (isNew && _recommender.Model.ItemsOf(user) >= options.ItemsPerUser)
        {
            Refuse(record, item, value);
            return;
        }

        if (!_recommender.Set(user, item, value, now))
            return;
        _preferences.Put(new(user, item), value);
        var (least, greatest) = _recommender.Model.Limits;
        if (isNew && value >= (least + greatest) / 2 && IsOwn(user))
            _scores.Take(item, _lists.Get(user));
    }

    private bool IsOwn(string user)
    {
        Span<byte> bytes = stackalloc byte[PreferenceRules.LongestId * 3];
        return KafkaPartitioner.PartitionOf(bytes[..Encoding.UTF8.GetBytes(user, bytes)], options.Partitions) == _context.TaskId.Partition;
    }

    private void RemoveAll(string user, long now)
    {
        foreach (var item in _recommender.Model.ItemIdsOf(user))
            Remove(user, item, now);
    }

    private void Remove(string user, string item, long now)
    {
        if (!_recommender.Remove(user, item, now))
            return;
        _preferences.Delete(new(user, item));
        if (_recommender.Model.Knows(user) || _lists.Delete(user) is null)
            return;
        _scores.Forget(user);
        _context.Forward(new Record<string, RecommendationOutput>(user, default, now));
    }

    private void Refuse(in Record<string, PreferenceChange> record, string item, double value)
    {
        if (!IsOwn(record.Key))
            return;
        var bytes = RecommendationSerdes.ToBytes(new PreferenceRecord(item, value));
        _context.Forward(record.WithValue(new RecommendationOutput(null, bytes))
            .WithHeaders(record.Headers.With(
                RecommendationsTopology.RefusalHeader, Encoding.UTF8.GetBytes($"the user has {options.ItemsPerUser} items already"))));
    }

    private void Look(long now)
    {
        foreach (var list in _recommender.Due(now))
        {
            var before = _lists.Get(list.User);
            if (list.SaysTheSameAs(before))
                continue;
            _scores.Show(list, before);
            _lists.Put(list.User, list);
            _context.Forward(new Record<string, RecommendationOutput>(list.User, new RecommendationOutput(list, null), now));
        }

        if (IsOwn(RecommendationsOptions.AnyUser) && _recommender.ForAnybody(now) is { } forAnybody)
            _lists.Put(RecommendationsOptions.AnyUser, forAnybody);
    }
}
