namespace MedStreams.Streams.Runtime;

/// <summary>Whether an instance is paused. Safe for use by several threads.</summary>
internal sealed class PauseSwitch
{
    private volatile bool _isOn;

    public bool IsOn
    {
        get => _isOn;
        set => _isOn = value;
    }
}
