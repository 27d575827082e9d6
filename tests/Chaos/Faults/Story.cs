using System.Globalization;

namespace MedStreams.Chaos.Tests.Faults;

/// <summary>What happened when, for whoever has to find out why. Safe for use by several threads.</summary>
internal sealed class Story
{
    private readonly List<string> _lines = [];
    private readonly long _began = TimeProvider.System.GetTimestamp();

    public void Tell(string line)
    {
        lock (_lines)
        {
            _lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {TimeProvider.System.GetElapsedTime(_began).TotalSeconds,7:0.000} {line}"));
        }
    }

    public override string ToString()
    {
        lock (_lines)
            return string.Join('\n', _lines);
    }
}
