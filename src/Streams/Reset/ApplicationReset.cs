using Confluent.Kafka;
using MedStreams.Streams.Runtime;

namespace MedStreams.Streams;

/// <summary>
/// Makes an application begin anew (Kafka Streams' <c>kafka-streams-application-reset</c>): sets the committed offsets of its inputs, deletes its
/// internal topics and the state of this machine. What it has written to other topics and to targets outside Kafka stays. Works
/// with any Kafka. Not safe for use by several threads.
/// </summary>
public sealed class ApplicationReset : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly ResetOptions _options;
    private readonly ResetClients _kafka;

    /// <summary>Connects when it is first asked something.</summary>
    public ApplicationReset(ResetOptions options)
    {
        _options = options;
        _kafka = new ResetClients(options);
    }

    /// <summary>Works out what a reset does, and changes nothing.</summary>
    /// <exception cref="StreamsException">A topic that is named is not there, or no broker answers.</exception>
    public ResetPlan Plan()
    {
        try
        {
            return MakePlan();
        }
        catch (KafkaException e)
        {
            throw Failed(e);
        }
    }

    /// <summary>
    /// Waits until the group has no members, such as those of a process that was killed, whose session is not over yet; asks again and again. Answers the plan as it
    /// is then, with members where some are left after that time.
    /// </summary>
    public async Task<ResetPlan> PlanAsync(TimeSpan patience, CancellationToken cancellationToken = default)
    {
        var since = _options.Clock.GetTimestamp();
        while (true)
        {
            var plan = Plan();
            if (plan.Members.Count == 0 || _options.Clock.GetElapsedTime(since) >= patience)
                return plan;
            await Task.Delay(Interval, _options.Clock, cancellationToken);
        }
    }

    /// <summary>
    /// Does what a plan says. After a failure in the middle the application must not be started before a reset has gone through: make a new plan and do
    /// that.
    /// </summary>
    /// <exception cref="StreamsException">
    /// The group has members (by now), the state folder is in use, or the brokers refuse something.
    /// </exception>
    public async Task ExecuteAsync(ResetPlan plan, CancellationToken cancellationToken = default)
    {
        try
        {
            RequireNoMembers(_kafka.Members());
            if (plan.StateFolder is not null)
                DeleteState(plan.StateFolder);
            if (plan.Offsets.Count > 0)
                _kafka.Commit(plan.Offsets.ToDictionary(static o => o.Partition, static o => o.To));
            if (plan.ForgottenOffsets.Count > 0)
                await _kafka.ForgetAsync(plan.ForgottenOffsets);
            if (plan.DeletedTopics.Count > 0)
            {
                await _kafka.DeleteAsync(plan.DeletedTopics);
                await UntilGoneAsync(plan.DeletedTopics, cancellationToken);
            }
        }
        catch (KafkaException e)
        {
            throw Failed(e);
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _kafka.Dispose();

    private ResetPlan MakePlan()
    {
        var topics = _kafka.Topics();
        foreach (var topic in _options.InputTopics.Concat(_options.IntermediateTopics).Concat(_options.InternalTopics ?? []))
        {
            if (!topics.ContainsKey(topic))
                throw new StreamsException($"There is no topic {topic}.");
        }

        var internals = (_options.InternalTopics ?? InternalTopicNames.Of(_options.ApplicationId, topics.Keys)).ToHashSet(StringComparer.Ordinal);
        string[] inputs =
        [
            .. _options.InputTopics,
            .. topics.Keys.Where(t => !internals.Contains(t) && !t.StartsWith("__", StringComparison.Ordinal) && _options.Patterns.Any(p => p.Includes(t))),
        ];
        var deleted = internals
            .Order(StringComparer.Ordinal).ToList();
        var members = _kafka.Members();
        var committed = _kafka.Committed(topics.SelectMany(
            t => Enumerable.Range(0, t.Value).Select(p => new TopicPartition(t.Key, p))));
        return new ResetPlan(
            _options.ApplicationId,
            members,
            [.. Offsets(inputs, _options.Target, false), .. Offsets(_options.IntermediateTopics, ResetTarget.Latest, true)],
            [.. committed.Keys.Where(p => deleted.Contains(p.Topic)).OrderBy(static p => p.Topic, StringComparer.Ordinal).ThenBy(static p => p.Partition)],
            deleted,
            StateFolder(),
            _options.Sinks);

        IEnumerable<ResetOffset> Offsets(IReadOnlyList<string> names, ResetTarget target, bool isIntermediate) => names
            .Distinct(StringComparer.Ordinal)
            .SelectMany(t => Enumerable.Range(0, topics[t]).Select(p => new TopicPartition(t, p)))
            .Select(p =>
            {
                long? from = committed.TryGetValue(p, out var known) ? known : null;
                return new ResetOffset(p, from, Resolve(p, target, from), isIntermediate);
            });
    }

    private long Resolve(TopicPartition partition, ResetTarget target, long? committed)
    {
        var (beginning, end) = _kafka.Bounds(partition);
        if (target.IsEnd)
            return end;
        var time = target.Time ?? (target.Back is { } back ? _options.Clock.GetUtcNow() - back : null);
        if (time is { } at)
            return _kafka.OffsetAt(partition, at) ?? end;
        var wanted = target.Offset ?? (target.Shift is { } shift ? (committed ?? beginning) + shift : beginning);
        return Math.Clamp(wanted, beginning, end);
    }

    private string? StateFolder()
    {
        if (_options.StateDir is null)
            return null;
        var folder = Path.GetFullPath(Path.Combine(_options.StateDir, _options.ApplicationId));
        return Directory.Exists(folder) ? folder : null;
    }

    private void DeleteState(string folder)
    {
        TaskStates.DeleteAll(new StreamsConfig
        {
            ApplicationId = _options.ApplicationId,
            BootstrapServers = _options.BootstrapServers,
            StateDir = _options.StateDir!,
            Clock = _options.Clock,
        });
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StreamsException($"The state in {folder} cannot be deleted.", e);
        }
    }

    private void RequireNoMembers(IReadOnlyList<ResetMember> members)
    {
        if (members.Count == 0)
            return;
        throw new StreamsException(
            $"The application {_options.ApplicationId} runs: its group has the members {string.Join(", ", members.Select(static m => $"{m.ClientId} ({m.Host})"))}. "
            + "Stop them first.");
    }

    private async Task UntilGoneAsync(IReadOnlyList<string> topics, CancellationToken cancellationToken)
    {
        var since = _options.Clock.GetTimestamp();
        while (_kafka.Topics().Keys.Intersect(topics, StringComparer.Ordinal).FirstOrDefault() is { } left)
        {
            if (_options.Clock.GetElapsedTime(since) > _options.Timeout)
                throw new StreamsException($"The broker has not deleted {left} within {_options.Timeout}.");
            await Task.Delay(Interval, _options.Clock, cancellationToken);
        }
    }

    private StreamsException Failed(KafkaException error) =>
        new($"The brokers at {_options.BootstrapServers} did not do what a reset needs: {error.Error.Reason} ({error.Error.Code}).", error);
}
