namespace MedStreams.Cli.Demo;

/// <summary>Lines of text, each with the seconds since the start; figures at most once a second.</summary>
internal sealed class PlainDisplay(TextWriter output, TimeProvider clock) : IDemoDisplay
{
    private readonly long _began = clock.GetTimestamp();
    private TimeSpan _shown;

    private TimeSpan Elapsed => clock.GetElapsedTime(_began);

    public Task<T> RunAsync<T>(Func<Task<T>> demo) => demo();

    public void Tell(string line) => output.WriteLine($"{Elapsed.TotalSeconds,5:0.0} s  {line}");

    public void Show(DemoStatus status)
    {
        if (Elapsed - _shown < TimeSpan.FromSeconds(1))
            return;
        _shown = Elapsed;
        Tell($"{status.Sent:N0} of {status.Total:N0} records sent, {status.Counted:N0} counted in PostgreSQL, runner {status.Runner}");
    }
}
