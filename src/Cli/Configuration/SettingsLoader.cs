using Microsoft.Extensions.Configuration;

namespace MedStreams.Cli.Configuration;

/// <summary>
/// Lays the layers over each other: appsettings.json, appsettings.{Environment}.json, user secrets, environment variables,
/// arguments; then checks every key of the section.
/// </summary>
internal sealed class SettingsLoader
{
    /// <summary>The id for <c>dotnet user-secrets --id</c>.</summary>
    public const string UserSecretsId = "medstreams";

    private const string VariablePrefix = SettingsCatalog.Section + "__";
    private readonly List<(IConfigurationProvider Provider, Func<string, string> Name)> _layers = [];

    /// <summary>Loads and checks.</summary>
    /// <param name="environment">Gives the variables.</param>
    /// <param name="directory">Where the files are.</param>
    /// <param name="arguments">Settings from arguments: key below the section, value, and the option's name.</param>
    /// <exception cref="CliException">A file cannot be read, a key is unknown, or a value is not allowed; names each.</exception>
    public static EffectiveSettings Load(
        CliEnvironment environment, string directory, IReadOnlyList<(string Key, string Value, string Option)> arguments)
    {
        var loader = new SettingsLoader();
        var profile = environment.Variables.GetValueOrDefault("DOTNET_ENVIRONMENT", "Production");
        loader.AddFile(directory, "appsettings.json");
        loader.AddFile(directory, $"appsettings.{profile}.json");
        loader.AddUserSecrets();
        loader.AddVariables(environment.Variables);
        loader.AddArguments(arguments);
        return loader.Check();
    }

    private void AddFile(string directory, string name)
    {
        var path = Path.Combine(directory, name);
        if (!File.Exists(path))
            return;
        try
        {
            Add(new ConfigurationBuilder().AddJsonFile(path, optional: false, reloadOnChange: false), _ => name);
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"{path} cannot be read as JSON settings: {(e.InnerException ?? e).Message}");
        }
    }

    private void AddUserSecrets() =>
        Add(new ConfigurationBuilder().AddUserSecrets(UserSecretsId, reloadOnChange: false), _ => "user secrets");

    private void AddVariables(IReadOnlyDictionary<string, string> variables)
    {
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var values = new List<KeyValuePair<string, string?>>();
        foreach (var (name, value) in variables)
        {
            if (!name.StartsWith(VariablePrefix, StringComparison.OrdinalIgnoreCase))
                continue;
            var key = name.Replace("__", ":", StringComparison.Ordinal);
            names[key] = name;
            values.Add(new(key, value));
        }

        Add(new ConfigurationBuilder().AddInMemoryCollection(values), key => $"environment {names[key]}");
    }

    private void AddArguments(IReadOnlyList<(string Key, string Value, string Option)> arguments)
    {
        var options = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value, option) in arguments)
            (options[Full(key)], values[Full(key)]) = (option, value);
        Add(new ConfigurationBuilder().AddInMemoryCollection(values), key => $"argument {options[key]}");
    }

    private void Add(IConfigurationBuilder builder, Func<string, string> name)
    {
        foreach (var provider in builder.Build().Providers)
            _layers.Add((provider, name));
    }

    private EffectiveSettings Check()
    {
        var given = Given();
        var wrong = new List<string>();
        var settings = new List<EffectiveSetting>();
        foreach (var setting in SettingsCatalog.Settings)
        {
            if (!given.Remove(setting.Key, out var found))
                settings.Add(new EffectiveSetting(setting.Key, setting.Default, setting.Default is null ? "not set" : "default", setting.Secret));
            else if (setting.Allows(found.Value))
                settings.Add(new EffectiveSetting(setting.Key, found.Value, found.Source, setting.Secret));
            else
                wrong.Add($"{Full(setting.Key)} ({found.Source}) is {(setting.Secret ? "not" : $"'{found.Value}', which is not")} allowed; allowed is {setting.Allowed}");
        }

        foreach (var (key, (value, source)) in given.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (SettingsCatalog.Groups.FirstOrDefault(g => g.Contains(key)) is { } group)
                settings.Add(new EffectiveSetting(key, value, source, group.IsSecret(key[(group.Key.Length + 1)..])));
            else
                wrong.Add(Unknown(key, source));
        }

        return wrong.Count == 0 ? new EffectiveSettings(settings) : throw CliException.Usage(string.Join("\nmedstreams: ", wrong));
    }

    private static string Unknown(string key, string source)
    {
        var hint = SettingsCatalog.Nearest(key) is { } nearest ? $"meant is perhaps {Full(nearest)}" : "'medstreams config show' lists all";
        return $"{Full(key)} ({source}) is no setting; {hint}";
    }

    /// <summary>Every key that a layer holds, with the value of the last one that does.</summary>
    private Dictionary<string, (string Value, string Source)> Given()
    {
        var given = new Dictionary<string, (string, string)>(StringComparer.OrdinalIgnoreCase);
        foreach (var (provider, name) in _layers)
        {
            foreach (var key in Leaves(provider, SettingsCatalog.Section))
            {
                if (provider.TryGet(key, out var value) && value is not null)
                    given[key[(SettingsCatalog.Section.Length + 1)..]] = (value, name(key));
            }
        }

        return given;
    }

    private static IEnumerable<string> Leaves(IConfigurationProvider provider, string path)
    {
        foreach (var child in provider.GetChildKeys([], path).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var key = $"{path}:{child}";
            yield return key;
            foreach (var below in Leaves(provider, key))
                yield return below;
        }
    }

    private static string Full(string key) => $"{SettingsCatalog.Section}:{key}";
}
