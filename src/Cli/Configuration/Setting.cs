namespace MedStreams.Cli.Configuration;

/// <summary>One key below the section <c>MedStreams</c>: what it means and what is allowed.</summary>
/// <param name="Key">The path below the section, with colons.</param>
/// <param name="Description">What it is for, in a few words.</param>
/// <param name="Allowed">Which values are allowed, for error messages and the documentation.</param>
/// <param name="Default">The value where nobody sets it, as text; null: not set.</param>
internal abstract record Setting(string Key, string Description, string Allowed, string? Default)
{
    /// <summary>Whether the value must not be shown.</summary>
    public bool Secret { get; init; }

    /// <summary>The option that sets it, where there is one, for error messages.</summary>
    public string? Option { get; init; }

    /// <summary>Whether the text is an allowed value.</summary>
    public abstract bool Allows(string text);
}

/// <summary>A setting with the type that the program uses it as.</summary>
/// <param name="Key">The path below the section, with colons.</param>
/// <param name="Description">What it is for, in a few words.</param>
/// <param name="Rule">Reads the text, and says what is allowed.</param>
/// <param name="Default">The value where nobody sets it, as text; null: not set.</param>
internal sealed record Setting<T>(string Key, string Description, Rule<T> Rule, string? Default)
    : Setting(Key, Description, Rule.Allowed, Default)
{
    /// <inheritdoc/>
    public override bool Allows(string text) => Rule.TryRead(text, out _);
}

/// <summary>A part of the section whose keys are names that the user chooses.</summary>
/// <param name="Key">The path of the group.</param>
/// <param name="Description">What its entries are.</param>
internal sealed record SettingGroup(string Key, string Description)
{
    /// <summary>Whether an entry's value must not be shown.</summary>
    public Func<string, bool> IsSecret { get; init; } = static _ => false;

    /// <summary>Whether a path is an entry of this group.</summary>
    public bool Contains(string key) => key.StartsWith(Key + ":", StringComparison.OrdinalIgnoreCase);
}

/// <summary>How a text becomes a value.</summary>
/// <param name="Allowed">What is allowed, to end the sentence "allowed is …".</param>
/// <param name="TryRead">Reads the text; false where it is not allowed.</param>
internal sealed record Rule<T>(string Allowed, TryRead<T> TryRead);

/// <summary>Reads a text; where it answers false, the value means nothing.</summary>
internal delegate bool TryRead<T>(string text, out T value);
