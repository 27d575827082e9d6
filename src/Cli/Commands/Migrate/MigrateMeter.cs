namespace MedStreams.Cli.Commands.Migrate;

/// <summary>Lines on standard error, not too many. Safe for several threads.</summary>
internal sealed class MigrateMeter(CommandContext context)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private long _last = context.Environment.Clock.GetTimestamp();

    /// <summary>Says it, where the last line is a while ago.</summary>
    public void Say(string line)
    {
        lock (_gate)
        {
            if (context.Environment.Clock.GetElapsedTime(_last) < Between)
                return;
            _last = context.Environment.Clock.GetTimestamp();
        }

        context.Say(line);
    }
}
