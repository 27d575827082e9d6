using Spectre.Console;
using Spectre.Console.Rendering;

namespace MedStreams.Cli.Demo;

/// <summary>Figures that move in place at a terminal, below the lines that stay.</summary>
internal sealed class LiveDisplay : IDemoDisplay
{
    private const int BarWidth = 40;

    private readonly IAnsiConsole _console;
    private readonly TimeProvider _clock;
    private readonly long _began;
    private readonly List<string> _lines = [];
    private LiveDisplayContext? _context;
    private DemoStatus _status;

    public LiveDisplay(TextWriter output, bool color, TimeProvider clock)
    {
        _clock = clock;
        _began = clock.GetTimestamp();
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = AnsiSupport.Yes,
            ColorSystem = color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        });
    }

    public async Task<T> RunAsync<T>(Func<Task<T>> demo) =>
        await _console.Live(Picture()).StartAsync(async context =>
        {
            _context = context;
            return await demo();
        });

    public void Tell(string line)
    {
        _lines.Add($"{_clock.GetElapsedTime(_began).TotalSeconds,5:0.0} s  {line}");
        _context?.UpdateTarget(Picture());
    }

    public void Show(DemoStatus status)
    {
        _status = status;
        _context?.UpdateTarget(Picture());
    }

    private Rows Picture()
    {
        var parts = _lines.ConvertAll<IRenderable>(line => new Text(line));
        if (_status.Total > 0)
        {
            parts.Add(Bar("sent", _status.Sent, Color.Blue));
            parts.Add(Bar("counted", _status.Counted, Color.Green));
            parts.Add(new Text($"  runner   {_status.Runner}"));
        }

        return new Rows(parts);
    }

    private Paragraph Bar(string name, long value, Color color)
    {
        var full = (int)Math.Clamp(value * BarWidth / _status.Total, 0, BarWidth);
        return new Paragraph()
            .Append($"  {name,-8} ")
            .Append(new string('█', full), new Style(color))
            .Append(new string('░', BarWidth - full))
            .Append($" {value:N0} of {_status.Total:N0}");
    }
}
