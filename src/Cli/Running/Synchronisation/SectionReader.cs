using MedStreams.Cli.Configuration;

namespace MedStreams.Cli.Running.Synchronisation;

/// <summary>Reads the entries of a part whose name the user chose, and collects what is wrong with them, the keys that nobody has asked for included.</summary>
/// <param name="path">The part's full path.</param>
/// <param name="entries">Its entries, by the rest of their paths.</param>
/// <param name="wrong">Takes what is wrong. Values are not repeated: they may be secrets.</param>
internal sealed class SectionReader(string path, IReadOnlyDictionary<string, string> entries, List<string> wrong)
{
    private readonly SortedSet<string> _asked = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether there is an entry that begins so.</summary>
    public bool Has(string prefix) => entries.Keys.Any(k => k.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>An entry, or null.</summary>
    public string? Find(string key)
    {
        _asked.Add(key);
        return entries.GetValueOrDefault(key);
    }

    /// <summary>An entry that has to be there.</summary>
    public string Require(string key, string meaning)
    {
        if (Find(key) is { } value)
            return value;
        wrong.Add($"{path}:{key} is not set: {meaning}");
        return "http://not.set/"; // is told once: what depends on it is not wrong for itself
    }

    /// <summary>An entry that has to be there.</summary>
    public T? Require<T>(string key, Rule<T> rule)
        where T : class
    {
        if (Find(key) is null)
            wrong.Add($"{path}:{key} is not set; allowed is {rule.Allowed}");
        return Get(key, rule, null!);
    }

    /// <summary>An entry's value.</summary>
    public T Get<T>(string key, Rule<T> rule, T otherwise)
    {
        if (Find(key) is not { } text)
            return otherwise;
        if (rule.TryRead(text, out var value))
            return value;
        wrong.Add($"{path}:{key} is not allowed; allowed is {rule.Allowed}");
        return otherwise;
    }

    /// <summary>A text that stands in the settings, or with <c>File</c> at the key's end in a file.</summary>
    public string? FindText(string key, string directory)
    {
        var (text, file) = (Find(key), Find(key + "File"));
        if (file is null)
            return text;
        if (text is not null)
            wrong.Add($"{path}:{key} and {path}:{key}File are both set; leave one out");
        try
        {
            return File.ReadAllText(Path.GetFullPath(file, directory));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            wrong.Add($"{path}:{key}File cannot be read: {e.Message}");
            return null;
        }
    }

    /// <summary>All entries that begin so, by what follows.</summary>
    public IEnumerable<KeyValuePair<string, string>> Under(string prefix)
    {
        foreach (var (key, value) in entries)
        {
            if (!key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                continue;
            _asked.Add(key);
            yield return new(key[prefix.Length..], value);
        }
    }

    /// <summary>Tells the entries that mean nothing.</summary>
    public void End()
    {
        foreach (var unknown in entries.Keys.Where(k => !_asked.Contains(k)).Order(StringComparer.Ordinal))
            wrong.Add($"{path}:{unknown} is no setting; there are {string.Join(", ", _asked.Where(k => !entries.ContainsKey(k)))}");
    }
}
