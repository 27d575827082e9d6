using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MedStreams.Broker.Security;

/// <summary>
/// How a certificate's distinguished name becomes a user's name (<c>ssl.principal.mapping.rules</c>): rules separated by
/// commas, of which the first that matches counts; <c>DEFAULT</c> keeps the name, <c>RULE:pattern/replacement/</c> replaces
/// it, in lower or upper case where <c>L</c> or <c>U</c> follows. Immutable.
/// </summary>
internal sealed class CertificateNameRules
{
    private const string Default = "DEFAULT";
    private const string Rule = "RULE:";
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);

    private readonly List<MappingRule> _rules;

    private CertificateNameRules(List<MappingRule> rules) => _rules = rules;

    /// <summary>What is wrong with a text of rules; null when nothing is.</summary>
    public static string? Fault(string text) => Parse(text, out _);

    /// <summary>Reads rules.</summary>
    /// <exception cref="FormatException">They are none.</exception>
    public static CertificateNameRules Of(string text) =>
        Parse(text, out var rules) is { } fault ? throw new FormatException(fault) : new(rules);

    /// <summary>The user's name; null when no rule matches, and then the client is refused.</summary>
    public string? Map(string distinguishedName) =>
        _rules.Select(rule => rule.Apply(distinguishedName)).FirstOrDefault(name => name is not null);

    private static string? Parse(string text, out List<MappingRule> rules)
    {
        rules = [];
        var at = 0;
        while (true)
        {
            SkipSpaces(text, ref at);
            if (at == text.Length)
                return null;
            if (text[at] == ',')
            {
                at++;
                continue;
            }

            var start = at;
            if (!TryRead(text, ref at, rules) || !EndsHere(text, ref at))
                return $"'{text[start..]}' is no rule; write DEFAULT or RULE:pattern/replacement/ with L or U behind it.";
        }
    }

    private static bool TryRead(string text, ref int at, List<MappingRule> rules)
    {
        if (string.CompareOrdinal(text, at, Default, 0, Default.Length) == 0)
        {
            at += Default.Length;
            rules.Add(MappingRule.Keep);
            return true;
        }

        if (string.CompareOrdinal(text, at, Rule, 0, Rule.Length) != 0)
            return false;
        at += Rule.Length;
        if (!TryReadPart(text, ref at, out var pattern) || !TryReadPart(text, ref at, out var replacement))
            return false;
        var change = at < text.Length && text[at] is 'L' or 'U' ? text[at++] : default;
        try
        {
            rules.Add(new(new Regex($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant, MatchLimit), replacement, change));
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Everything up to the next stroke that no backslash stands before.</summary>
    private static bool TryReadPart(string text, ref int at, out string part)
    {
        var start = at;
        while (at < text.Length && text[at] != '/')
            at += text[at] == '\\' ? 2 : 1;
        part = at < text.Length ? text[start..at] : "";
        return at++ < text.Length;
    }

    private static bool EndsHere(string text, ref int at)
    {
        SkipSpaces(text, ref at);
        return at == text.Length || text[at] == ',';
    }

    private static void SkipSpaces(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
    }

    private sealed record MappingRule(Regex? Pattern, string Replacement, char Change)
    {
        public static MappingRule Keep { get; } = new(null, "", default);

        public string? Apply(string name)
        {
            if (Pattern is null)
                return name;
            var match = Pattern.Match(name);
            if (!match.Success)
                return null;
            var result = Replace(match);
            return Change switch
            {
                'L' => result.ToLowerInvariant(),
                'U' => result.ToUpperInvariant(),
                _ => result,
            };
        }

        /// <summary>Java's replacement: <c>$n</c> is a group, a backslash takes the next character as it is.</summary>
        private string Replace(Match match)
        {
            var result = new StringBuilder();
            for (var i = 0; i < Replacement.Length; i++)
            {
                if (Replacement[i] == '\\' && i + 1 < Replacement.Length)
                    result.Append(Replacement[++i]);
                else if (Replacement[i] == '$' && GroupAt(i + 1, match.Groups.Count, out var group, out var digits))
                    (_, i) = (result.Append(match.Groups[group].Value), i + digits);
                else
                    result.Append(Replacement[i]);
            }

            return result.ToString();
        }

        /// <summary>The longest number that is one of a group; a number that is none stands for itself.</summary>
        private bool GroupAt(int at, int groups, out int group, out int digits)
        {
            (group, digits) = (0, 0);
            var value = 0;
            for (var length = 1; at + length <= Replacement.Length && length <= 3 && char.IsAsciiDigit(Replacement[at + length - 1]); length++)
            {
                value = int.Parse(Replacement.AsSpan(at, length), CultureInfo.InvariantCulture);
                if (value < groups)
                    (group, digits) = (value, length);
            }

            return digits > 0;
        }
    }
}
