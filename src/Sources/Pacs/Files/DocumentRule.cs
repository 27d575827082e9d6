using System.Text.RegularExpressions;

namespace MedStreams.Sources.Pacs.Files;

/// <summary>Which files are documents, and which study they belong to.</summary>
public sealed class DocumentRule
{
    private readonly Regex _pattern;

    /// <summary>A rule.</summary>
    /// <param name="pattern">
    /// A regular expression over the path below its root, with <c>/</c> between its parts. A group <c>study</c> holds the study UID, or a group <c>accession</c>
    /// the accession number; with neither, the document belongs to the one study that has instances in its folder, or in the nearest folder above that has any.
    /// A group <c>name</c> holds what it is called within the study; without one it is the file's name.
    /// </param>
    /// <param name="mediaType">Its media type; null: told by its first bytes, then by the ending of its name.</param>
    /// <exception cref="ArgumentException">The pattern is no regular expression, or one that cannot be run in time proportional to its input.</exception>
    public DocumentRule(string pattern, string? mediaType = null)
    {
        MediaType = mediaType;
        try
        {
            _pattern = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);
        }
        catch (NotSupportedException e)
        {
            throw new ArgumentException("The pattern looks back or around: it could take very long on a hostile name.", nameof(pattern), e);
        }
    }

    /// <summary>The media type; null: it is to be told.</summary>
    public string? MediaType { get; }

    /// <summary>What the rule says of a path; null: it does not fit.</summary>
    internal DocumentClaim? Apply(string relativePath)
    {
        var match = _pattern.Match(relativePath);
        return match.Success
            ? new DocumentClaim { Study = Group(match, "study"), Accession = Group(match, "accession"), Name = Group(match, "name"), MediaType = MediaType }
            : null;
    }

    private static string? Group(Match match, string name) => match.Groups[name] is { Success: true, Length: > 0 } group ? group.Value : null;
}
