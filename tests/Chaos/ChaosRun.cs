using System.Globalization;
using MedStreams.Chaos.Tests.Faults;
using MedStreams.Chaos.Tests.Stack;
using MedStreams.Chaos.Tests.Work;
using MedStreams.Local;
using MedStreams.Streams;
using MedStreams.Support;

namespace MedStreams.Chaos.Tests;

/// <summary>One run: input at a steady pace, the faults of a plan, and the comparison of everything with the model.</summary>
internal sealed class ChaosRun(int seed, int faults, ProcessingGuarantee guarantee)
{
    private const double StepsPerSecond = 120;
    private const int LastSteps = 200;
    private const int FaultsAtOnce = 3;
    private static readonly TimeSpan ShortestSessionElsewhere = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Session = TimeSpan.FromMilliseconds(1_500);
    private static readonly TimeSpan ProgressLimit = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(300);
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-chaos-").FullName;
    private readonly Story _story = new();
    private int _hits;

    /// <summary>Throws with the whole story where anything is not as it must be; the folder with all logs and state is then kept.</summary>
    public async Task<string> RunAsync(CancellationToken stop)
    {
        _story.Tell($"seed {seed}, {faults} faults, {guarantee}, folder {_folder}");
        string outcome;
        try
        {
            outcome = await RunInFolderAsync(stop);
        }
        catch (Exception e)
        {
            await File.WriteAllTextAsync(Path.Combine(_folder, "story.txt"), $"{_story}\n{e}", CancellationToken.None);
            throw new InvalidOperationException($"{e.Message}\n{_story}", e);
        }

        Directory.Delete(_folder, recursive: true);
        return outcome;
    }

    private async Task<string> RunInFolderAsync(CancellationToken stop)
    {
        var topics = new ChaosTopics(NamedBroker.UniquePrefix() + "chaos");
        var around = Around();
        var plan = FaultPlan.Make(seed, faults, around);
        await using var stack = await ChaosStack.StartAsync(_folder, topics, guarantee, seed, around, _story, stop);
        var model = new Model(topics);
        using var feeder = new Feeder(stack.BootstrapServers, new Input(topics, seed, TimeProvider.System.GetUtcNow()), model);
        var observer = new Observer(stack.BootstrapServers, topics.Watched(around.HasDatabase));
        var judge = new Judge(topics, model, guarantee);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await stack.ScaleAsync(1);
        var isOver = false;
        var tending = stack.TendAsync(ending.Token);
        var observing = Task.Factory.StartNew(() => observer.Run(ending.Token), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var feeding = feeder.RunAsync(StepsPerSecond, () => Volatile.Read(ref isOver), ending.Token);
        try
        {
            await UnlessFailedAsync(Waiting.UntilAsync(() => observer.Count > 0, Patience, stop), tending, observing, feeding);
            await UnlessFailedAsync(ApplyAllAsync(stack, plan, observer, stop), tending, observing, feeding);
            Volatile.Write(ref isOver, true);
            await UnlessFailedAsync(feeding, tending, observing);
            _story.Tell($"all faults done; {feeder.Steps} steps sent");
            await UnlessFailedAsync(SettleAsync(stack, feeder, observer, judge, stop), tending, observing);
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAny(Task.WhenAll(tending, observing, feeding)); // they use what is disposed of next; their own errors are known
        }

        AssertNothingWasRebuilt(stack);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"seed {seed}: {faults} faults{(around.OwnsBroker ? "" : " (none of the broker: it is not ours)")}, {_hits} of them on a job that got on; {feeder.Steps} steps, {model.Events} counted, "
            + $"{stack.Processed} times processed; {model.Dropped} too late, {model.Pairs.Count()} pairs, {model.Unanswered.Count()} unanswered");
    }

    /// <summary>Somebody else's broker is not killed, and where clients are told other addresses, its connections stay as they are.</summary>
    private Surroundings Around()
    {
        var owns = NamedBroker.Servers is null;
        var proxies = owns || NamedBroker.IsOneOnLoopback(NamedBroker.Servers!);
        if (!owns)
            _story.Tell($"{NamedBroker.Variable} names {NamedBroker.Servers}: kills of the broker are left out{(proxies ? "" : ", and faults of the network to it")}");
        return new Surroundings(
            owns, HasDatabase: true, proxies, guarantee == ProcessingGuarantee.ExactlyOnceV2, owns ? Session : ShortestSessionElsewhere);
    }

    /// <summary>Waits until all is right, stops everything, looks again, and goes on for a little where one runner has lost its disk.</summary>
    private async Task SettleAsync(ChaosStack stack, Feeder feeder, Observer observer, Judge judge, CancellationToken stop)
    {
        await RightAsync(stack, observer, judge, hasEnded: false, stop);
        await stack.ScaleAsync(0);
        await AssertRightAsync(stack, observer, judge, hasEnded: false, stop);

        // What is in the topics is all that counts.
        stack.Slots[0].Wipe();
        await stack.ScaleAsync(2);
        await feeder.SendStepsAsync(LastSteps, stop);
        await RightAsync(stack, observer, judge, hasEnded: false, stop);
        await feeder.EndAsync(stop);
        await RightAsync(stack, observer, judge, hasEnded: true, stop);
        await stack.ScaleAsync(0);
        await AssertRightAsync(stack, observer, judge, hasEnded: true, stop);
    }

    /// <summary>Begins each fault when there was some progress since the one before, or after a while. Without zombies, one at a time.</summary>
    private async Task ApplyAllAsync(ChaosStack stack, IReadOnlyList<Fault> plan, Observer observer, CancellationToken stop)
    {
        var running = new List<Task>();
        foreach (var fault in plan)
        {
            var before = observer.Count;
            await Waiting.UntilAsync(() => observer.Count >= before + fault.Progress, ProgressLimit, stop);
            if (observer.Count > before)
                _hits++;
            else
                _story.Tell("nothing has got on since");
            foreach (var done in running.Where(t => t.IsCompleted))
                await done;
            running.RemoveAll(t => t.IsCompleted);
            while (running.Count >= (guarantee == ProcessingGuarantee.ExactlyOnceV2 ? FaultsAtOnce : 1))
            {
                await await Task.WhenAny(running);
                running.RemoveAll(t => t.IsCompleted);
            }

            running.Add(stack.ApplyAsync(fault));
        }

        await Task.WhenAll(running);
    }

    private static async Task UnlessFailedAsync(Task task, params Task[] others)
    {
        List<Task> all = [task, .. others];
        while (!task.IsCompleted)
        {
            var first = await Task.WhenAny(all);
            await first;
            all.Remove(first);
        }

        await task;
    }

    /// <summary>Waits until what was read so far is right.</summary>
    private async Task RightAsync(ChaosStack stack, Observer observer, Judge judge, bool hasEnded, CancellationToken stop)
    {
        IReadOnlyList<string> wrong = [];
        var isRight = await Waiting.UntilAsync(
            async () => (wrong = judge.Faults(observer.All, await stack.RowsAsync(), hasEnded, stack.Processed)).Count == 0, Patience, stop);
        Assert.True(isRight, "Not right in time: " + Some(wrong));
        _story.Tell("all is right");
    }

    /// <summary>Reads everything anew: it is right, and it is what the observer was shown on the way.</summary>
    private static async Task AssertRightAsync(ChaosStack stack, Observer observer, Judge judge, bool hasEnded, CancellationToken stop)
    {
        var all = observer.ReadAll(stop);
        var wrong = judge.Faults(all, await stack.RowsAsync(), hasEnded, stack.Processed, isStopped: true);
        Assert.True(wrong.Count == 0, "Not right in the end: " + Some(wrong));
        var shown = observer.All.ToHashSet();
        Assert.True(shown.IsSubsetOf(all), "The outputs show other records than before: " + string.Join(", ", shown.Except(all).Take(5)));
    }

    /// <summary>A kill, however hard, leaves no state that must be thrown away, and nothing loses what a store needs.</summary>
    private static void AssertNothingWasRebuilt(ChaosStack stack)
    {
        var rebuilt = stack.Slots.Where(s => File.Exists(s.LogFile)).SelectMany(s => File.ReadLines(s.LogFile))
            .Where(l => l.Contains("] 112 ", StringComparison.Ordinal) || l.Contains("] 113 ", StringComparison.Ordinal)
                || l.Contains("] 115 ", StringComparison.Ordinal) || l.Contains("] 116 ", StringComparison.Ordinal)).ToList();
        Assert.True(rebuilt.Count == 0, string.Join('\n', rebuilt));
    }

    private static string Some(IReadOnlyList<string> faults) => $"{faults.Count} faults, the first: {string.Join("; ", faults.Take(8))}";
}
