using MedStreams.Topologies.Synchronisation;

namespace MedStreams.Topologies.Tests.Synchronisation;

/// <summary>Operators whose answers a test decides, with a book of what they did. Calls run on the driver's thread, unless they are left open.</summary>
internal sealed class FakeOperators : IOperatorCalls
{
    private readonly Dictionary<string, Func<CardCall, CallResult?>> _answers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _atOnce = new(StringComparer.Ordinal);
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    /// <summary>All calls in their order.</summary>
    public List<CardCall> Calls { get; } = [];

    /// <summary>What was done: card and date, once for each time that it was done.</summary>
    public List<string> Book { get; } = [];

    /// <summary>Calls that were left open.</summary>
    public List<(CardCall Call, TaskCompletionSource<CallResult> Answer, CancellationToken Cancellation)> Open { get; } = [];

    /// <summary>The most calls of one group that were on their way at the same time.</summary>
    public int MostOfGroup { get; private set; }

    public IEnumerable<string> Numbers => Calls.Select(c => c.Card.Number);

    /// <summary>From now on an operator answers so; null leaves the call open.</summary>
    public void Answer(string name, Func<CardCall, CallResult?> answer) => _answers[name] = answer;

    /// <summary>From now on an operator does what it is asked again.</summary>
    public void Heal(string name) => _answers.Remove(name);

    public Task<CallResult> SyncAsync(CardCall call, CancellationToken cancellation)
    {
        Calls.Add(call);
        var running = Running(call.Card.Enterprise);
        running.Add(call.Card.Number);
        MostOfGroup = Math.Max(MostOfGroup, running.Count);
        var result = _answers.TryGetValue(call.Operator, out var answer) ? answer(call) : Do(call);
        if (result is not null)
        {
            running.Remove(call.Card.Number);
            return Task.FromResult(result);
        }

        var open = new TaskCompletionSource<CallResult>();
        Open.Add((call, open, cancellation));
        return open.Task;
    }

    /// <summary>Answers the calls that were left open.</summary>
    public void AnswerOpen(CallResult result)
    {
        foreach (var (call, answer, _) in Open)
        {
            Running(call.Card.Enterprise).Remove(call.Card.Number);
            answer.TrySetResult(result);
        }

        Open.Clear();
    }

    /// <summary>Does what is asked, once for each key.</summary>
    public CallResult Do(CardCall call)
    {
        if (!_keys.Add(call.IdempotencyKey))
            return CallResult.AlreadyDone;
        Book.Add($"{call.Card.Key} {call.Due:yyyy-MM-dd}");
        return CallResult.Done;
    }

    /// <summary>The process that made the calls is gone.</summary>
    public void ForgetCallers()
    {
        _atOnce.Clear();
        Open.Clear();
    }

    private HashSet<string> Running(string enterprise)
    {
        if (!_atOnce.TryGetValue(enterprise, out var running))
            _atOnce.Add(enterprise, running = new HashSet<string>(StringComparer.Ordinal));
        return running;
    }
}
