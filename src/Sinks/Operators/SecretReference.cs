using System.Diagnostics.CodeAnalysis;

namespace MedStreams.Sinks.Operators;

/// <summary>
/// Where a secret is: <c>env:NAME</c> for an environment variable, <c>file:PATH</c> for a file, whose last line end does not count. It is read at each use, so that a file may be
/// replaced while the program runs. The secret itself is in no text of this class.
/// </summary>
public sealed class SecretReference
{
    private const string Variable = "env:";
    private const string File = "file:";
    private readonly string _place;
    private readonly bool _isFile;

    private SecretReference(string place, bool isFile) => (_place, _isFile) = (place, isFile);

    /// <summary>Reads a reference.</summary>
    /// <param name="text">The text.</param>
    /// <param name="reference">The reference.</param>
    /// <param name="directory">Where relative paths begin; null: where the program runs.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out SecretReference? reference, string? directory = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        reference = text.StartsWith(Variable, StringComparison.Ordinal) ? new SecretReference(text[Variable.Length..], isFile: false)
            : text.StartsWith(File, StringComparison.Ordinal) && text.Length > File.Length ? new SecretReference(Path.GetFullPath(text[File.Length..], directory ?? Environment.CurrentDirectory), isFile: true)
            : null;
        return reference?._place.Length > 0;
    }

    /// <summary>Where it is, as a person would say it.</summary>
    public override string ToString() => _isFile ? $"the file {_place}" : $"the environment variable {_place}";

    /// <summary>The secret now.</summary>
    /// <returns>Null where there is none, or it cannot be read, or a header cannot hold it.</returns>
    internal string? Read()
    {
        try
        {
            var text = _isFile ? System.IO.File.ReadAllText(_place).TrimEnd('\r', '\n') : Environment.GetEnvironmentVariable(_place);
            return text is { Length: > 0 } && !text.Any(char.IsControl) ? text : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
