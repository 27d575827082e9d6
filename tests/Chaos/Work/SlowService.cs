namespace MedStreams.Chaos.Tests.Work;

/// <summary>Something outside that answers what it is asked, after up to 3 ms, and now and then not at all.</summary>
internal sealed class SlowService
{
    private const int AnswersBetweenFailures = 97;
    private int _asked;

    /// <summary>The answer.</summary>
    /// <exception cref="IOException">It is not there this time.</exception>
    public async ValueTask<string> AskAsync(string question, CancellationToken stop)
    {
        var turn = Interlocked.Increment(ref _asked);
        await Task.Delay(TimeSpan.FromMilliseconds(turn % 4), stop);
        return turn % AnswersBetweenFailures == 0 ? throw new IOException("The service is not there.") : question;
    }
}
