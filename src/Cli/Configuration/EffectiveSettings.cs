namespace MedStreams.Cli.Configuration;

/// <summary>A key with the value that counts and where it came from.</summary>
/// <param name="Key">The path below the section.</param>
/// <param name="Value">The value as text; null: not set.</param>
/// <param name="Source">The layer that set it, as a person would name it.</param>
/// <param name="Secret">Whether the value must not be shown.</param>
internal sealed record EffectiveSetting(string Key, string? Value, string Source, bool Secret)
{
    /// <summary>The value, or asterisks in place of a secret.</summary>
    public string? Shown => Secret && Value is not null ? "********" : Value;
}

/// <summary>The settings of one run: all layers laid over each other, checked.</summary>
internal sealed class EffectiveSettings
{
    private readonly Dictionary<string, EffectiveSetting> _byKey;

    public EffectiveSettings(IEnumerable<EffectiveSetting> settings)
    {
        All = [.. settings];
        _byKey = All.ToDictionary(s => s.Key, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Every known key and every entry of a group.</summary>
    public IReadOnlyList<EffectiveSetting> All { get; }

    /// <summary>The value of a setting that has a default.</summary>
    public T Get<T>(Setting<T> setting) =>
        Find(setting, out var value) ? value : throw new InvalidOperationException($"{setting.Key} has no default");

    /// <summary>The value of a setting that somebody must set.</summary>
    /// <exception cref="CliException">Nobody did.</exception>
    public T Require<T>(Setting<T> setting) =>
        Find(setting, out var value)
            ? value
            : throw CliException.Usage(
                $"{SettingsCatalog.Section}:{setting.Key} is not set: {setting.Description}. Allowed is {setting.Allowed}; set it in "
                + $"appsettings.json, as MEDSTREAMS__{setting.Key.ToUpperInvariant().Replace(":", "__", StringComparison.Ordinal)}, "
                + $"or with {setting.Option ?? $"--set {setting.Key}=.."}");

    /// <summary>The value of a setting that may be absent.</summary>
    public bool Find<T>(Setting<T> setting, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T value)
    {
        value = default;
        return _byKey.TryGetValue(setting.Key, out var found) && found.Value is { } text && setting.Rule.TryRead(text, out value);
    }

    /// <summary>The entries of a group, by the names that the user gave them.</summary>
    public IReadOnlyDictionary<string, string> Entries(SettingGroup group) =>
        All.Where(s => group.Contains(s.Key) && s.Value is not null)
            .ToDictionary(s => s.Key[(group.Key.Length + 1)..], s => s.Value!, StringComparer.OrdinalIgnoreCase);
}
