using System.CommandLine;

namespace MedStreams.Cli.Configuration;

/// <summary>An option that stands for a setting: given, it wins over every file and variable.</summary>
internal sealed class SettingOption : Option<string>
{
    public SettingOption(string name, Setting setting, params string[] aliases)
        : base(name, aliases)
    {
        Setting = setting;
        Description = setting.Default is null ? setting.Description : $"{setting.Description} (default: {setting.Default})";
    }

    public Setting Setting { get; }
}
