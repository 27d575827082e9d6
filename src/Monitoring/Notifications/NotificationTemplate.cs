using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MedStreams.Monitoring.Notifications;

/// <summary>
/// A text with places to fill: <c>{{name}}</c>; <c>{{#events}}..{{/events}}</c> is repeated for each change, and within it <c>{{^last}}..{{/last}}</c> stands but after the
/// last one. Names are <c>count</c>, <c>at</c>, <c>host</c> outside, and <c>event</c>, <c>cluster</c>, <c>group</c>, <c>status</c>, <c>previous</c>, <c>lag</c>, <c>worst</c>,
/// <c>since</c>, <c>at</c>, <c>text</c> within; outside they are those of the first change. Immutable; safe for use by several threads.
/// </summary>
public sealed class NotificationTemplate
{
    /// <summary>A message as JSON.</summary>
    public const string DefaultJson =
        """{"at":"{{at}}","host":"{{host}}","count":{{count}},"events":[{{#events}}{"event":"{{event}}","cluster":"{{cluster}}","group":"{{group}}","status":"{{status}}","previous":"{{previous}}","lag":{{lag}},"worst":"{{worst}}","since":"{{since}}","at":"{{at}}","text":"{{text}}"}{{^last}},{{/last}}{{/events}}]}""";

    /// <summary>A message for people.</summary>
    public const string DefaultText = "{{#events}}{{text}}\nSince {{since}}.\n\n{{/events}}Told by {{host}} at {{at}}.\n";

    /// <summary>A message in a line.</summary>
    public const string DefaultSubject = "[MedStreams] {{count}} change(s): {{group}} on {{cluster}} is {{status}}";

    private static readonly string[] Names = ["count", "at", "host", "event", "cluster", "group", "status", "previous", "lag", "worst", "since", "text"];
    private readonly bool _isJson;
    private readonly List<(string Kind, string Text)> _parts = [];

    /// <summary>Reads a template.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isJson">Whether what is filled in stands within JSON strings, and is escaped for them.</param>
    /// <exception cref="ArgumentException">A name is not known, or a section does not end.</exception>
    public NotificationTemplate(string text, bool isJson)
    {
        ArgumentNullException.ThrowIfNull(text);
        _isJson = isJson;
        var open = new Stack<string>();
        for (var at = 0; at < text.Length;)
        {
            var begin = text.IndexOf("{{", at, StringComparison.Ordinal);
            if (begin < 0)
            {
                _parts.Add(("", text[at..]));
                break;
            }

            var end = text.IndexOf("}}", begin, StringComparison.Ordinal);
            if (end < 0)
                throw new ArgumentException("A place of the template does not end: '}}' is missing.", nameof(text));
            if (begin > at)
                _parts.Add(("", text[at..begin]));
            Add(text[(begin + 2)..end].Trim(), open);
            at = end + 2;
        }

        if (open.Count > 0)
            throw new ArgumentException($"The template's section {open.Peek()} does not end.", nameof(text));
    }

    /// <summary>Fills it in.</summary>
    /// <param name="events">The changes, at least one.</param>
    public string Fill(IReadOnlyList<StatusEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        var text = new StringBuilder();
        Fill(text, 0, _parts.Count, events, events[0], isLast: events.Count == 1);
        return text.ToString();
    }

    private void Add(string place, Stack<string> open)
    {
        switch (place)
        {
            case "#events" when !open.Contains("events"):
            case "^last":
            case "#last":
                open.Push(place[1..]);
                _parts.Add((place[..1], place[1..]));
                break;
            case "/events" or "/last" when open.TryPop(out var opened) && opened == place[1..]:
                _parts.Add(("/", opened));
                break;
            case var name when Names.Contains(name, StringComparer.Ordinal):
                _parts.Add(("=", name));
                break;
            default:
                throw new ArgumentException($"The template's '{{{{{place}}}}}' means nothing here; names are {string.Join(", ", Names)}.", nameof(place));
        }
    }

    private void Fill(StringBuilder text, int from, int to, IReadOnlyList<StatusEvent> events, StatusEvent one, bool isLast)
    {
        for (var i = from; i < to; i++)
        {
            var (kind, value) = _parts[i];
            switch (kind)
            {
                case "":
                    text.Append(value);
                    break;
                case "=":
                    text.Append(Escape(Value(value, events, one)));
                    break;
                case "#" when value == "events":
                    foreach (var (n, item) in events.Index())
                        Fill(text, i + 1, EndOf(i), events, item, n == events.Count - 1);
                    i = EndOf(i);
                    break;
                case "#" or "^":
                    if (isLast == (kind == "#"))
                        Fill(text, i + 1, EndOf(i), events, one, isLast);
                    i = EndOf(i);
                    break;
            }
        }
    }

    private int EndOf(int section)
    {
        var depth = 0;
        for (var i = section; ; i++)
        {
            depth += _parts[i].Kind switch { "#" or "^" => 1, "/" => -1, _ => 0 };
            if (depth == 0)
                return i;
        }
    }

    private static string Value(string name, IReadOnlyList<StatusEvent> events, StatusEvent one) => name switch
    {
        "count" => events.Count.ToString(CultureInfo.InvariantCulture),
        "host" => Environment.MachineName,
        "at" => Time(one.At),
        "since" => Time(one.Since),
        "event" => one.Kind.ToString().ToLowerInvariant(),
        "cluster" => one.Cluster,
        "group" => one.Group,
        "status" => one.Status,
        "previous" => one.Previous,
        "lag" => one.Lag.ToString(CultureInfo.InvariantCulture),
        "worst" => one.Worst,
        _ => one.Text,
    };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private string Escape(string value) => _isJson ? JsonEncodedText.Encode(value).ToString() : string.Concat(value.Select(c => char.IsControl(c) ? ' ' : c));
}
