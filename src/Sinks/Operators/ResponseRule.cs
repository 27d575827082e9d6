using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace MedStreams.Sinks.Operators;

/// <summary>
/// Which answers mean something: <c>200-204, 409</c>, or with a look into a body of JSON <c>200 where result.state = done</c>; several of them with semicolons between, of which one has
/// to hold. Immutable.
/// </summary>
public sealed class ResponseRule
{
    private readonly ImmutableArray<Case> _cases;

    private ResponseRule(string text, ImmutableArray<Case> cases) => (Text, _cases) = (text, cases);

    /// <summary>No answer.</summary>
    public static ResponseRule None { get; } = new("", []);

    /// <summary>The rule as it was written.</summary>
    public string Text { get; }

    /// <summary>Whether the body has to be looked at for some status.</summary>
    internal bool LooksInto(int status) => _cases.Any(c => c.Path.Length > 0 && c.Has(status));

    /// <summary>Reads a rule.</summary>
    /// <param name="text">The text.</param>
    /// <param name="rule">The rule; <see cref="None"/> where the text is none.</param>
    public static bool TryParse(string text, out ResponseRule rule)
    {
        ArgumentNullException.ThrowIfNull(text);
        rule = None;
        var cases = ImmutableArray.CreateBuilder<Case>();
        foreach (var part in text.Split(';', StringSplitOptions.TrimEntries))
        {
            if (!TryCase(part, out var one))
                return false;
            cases.Add(one);
        }

        rule = new ResponseRule(text, cases.ToImmutable());
        return true;
    }

    /// <summary>Reads a rule that is known to be one.</summary>
    internal static ResponseRule Of(string text) => TryParse(text, out var rule) ? rule : throw new ArgumentException("This is no rule.", nameof(text));

    /// <summary>Whether an answer fulfils it.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="body">Its body as JSON; null where it was not read, or is none.</param>
    internal bool Holds(int status, JsonElement? body) => _cases.Any(c => c.Has(status) && (c.Path.Length == 0 || c.Value == Find(body, c.Path)));

    private static bool TryCase(string text, out Case one)
    {
        one = default!;
        var where = text.IndexOf(" where ", StringComparison.Ordinal);
        var statuses = ImmutableArray.CreateBuilder<(int From, int To)>();
        foreach (var range in (where < 0 ? text : text[..where]).Split(',', StringSplitOptions.TrimEntries))
        {
            var ends = range.Split('-');
            if (ends.Length > 2 || !TryStatus(ends[0], out var from) || !TryStatus(ends[^1], out var to) || from > to)
                return false;
            statuses.Add((from, to));
        }

        var condition = where < 0 ? null : text[(where + 7)..].Split('=', 2, StringSplitOptions.TrimEntries);
        if (condition is not (null or [{ Length: > 0 }, _]))
            return false;
        one = new Case(statuses.ToImmutable(), condition is null ? [] : [.. condition[0].Split('.')], condition?[1].Trim('"') ?? "");
        return !one.Path.Contains("");
    }

    private static bool TryStatus(string text, out int status) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out status) && status is >= 100 and <= 599;

    private static string? Find(JsonElement? body, ImmutableArray<string> path)
    {
        if (body is not { } at)
            return null;
        foreach (var step in path)
        {
            if (at.ValueKind == JsonValueKind.Array && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < at.GetArrayLength())
                at = at[index];
            else if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
                return null;
        }

        return at.ValueKind == JsonValueKind.String ? at.GetString() : at.GetRawText();
    }

    private sealed record Case(ImmutableArray<(int From, int To)> Statuses, ImmutableArray<string> Path, string Value)
    {
        public bool Has(int status) => Statuses.Any(s => status >= s.From && status <= s.To);
    }
}
