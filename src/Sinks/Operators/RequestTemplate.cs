using System.Text;
using System.Text.Encodings.Web;

namespace MedStreams.Sinks.Operators;

/// <summary>What a value is put into, and so how it is escaped.</summary>
internal enum TemplateKind
{
    /// <summary>A path or query: percent-encoded (RFC 3986).</summary>
    Url,

    /// <summary>A string of JSON (RFC 8259).</summary>
    Json,

    /// <summary>Text or an attribute's value of XML.</summary>
    Xml,

    /// <summary>A header's value: as it is, without control characters.</summary>
    Header,

    /// <summary>Anything else: as it is.</summary>
    Plain,
}

/// <summary>A text with places <c>{{name}}</c> for the fields of a call. Immutable.</summary>
internal sealed class RequestTemplate
{
    private readonly List<(bool IsField, string Text)> _parts = [];

    private RequestTemplate(TemplateKind kind) => Kind = kind;

    public TemplateKind Kind { get; }

    /// <summary>What stands before the first place.</summary>
    public string Head => _parts is [(false, var text), ..] ? text : "";

    public bool Uses(string field) => _parts.Exists(p => p.IsField && p.Text == field);

    /// <summary>Reads a template.</summary>
    /// <param name="text">The text.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="fault">What is wrong with it; null where nothing is.</param>
    public static RequestTemplate? Parse(string text, TemplateKind kind, out string? fault)
    {
        var template = new RequestTemplate(kind);
        fault = null;
        for (var at = 0; at < text.Length;)
        {
            var begin = text.IndexOf("{{", at, StringComparison.Ordinal);
            var literal = begin < 0 ? text[at..] : text[at..begin];
            if (literal.Length > 0)
                template._parts.Add((false, literal));
            if (begin < 0)
                break;
            var end = text.IndexOf("}}", begin, StringComparison.Ordinal);
            var name = end < 0 ? "" : text[(begin + 2)..end].Trim();
            if (end < 0)
                fault = "has a place that does not end; write {{name}}";
            else if (!OperatorFields.Knows(name))
                fault = $"has the place {{{{{name}}}}}, which is no field; fields are {string.Join(", ", OperatorFields.All)}, and {OperatorFields.CardPrefix}NAME for further ones of cards";
            if (fault is not null)
                return null;
            template._parts.Add((true, name));
            at = end + 2;
        }

        return template;
    }

    /// <summary>Fills it in.</summary>
    /// <exception cref="UnfitCardException">A field is missing, or cannot stand where it should.</exception>
    public string Fill(IReadOnlyDictionary<string, string> fields)
    {
        if (_parts is [(false, var only)])
            return only;
        var text = new StringBuilder();
        foreach (var (isField, part) in _parts)
            text.Append(isField ? Escape(part, fields) : part);
        return text.ToString();
    }

    /// <summary>Fills it with the same value everywhere, unescaped places included, to see what becomes of it.</summary>
    public string FillWith(string value) => string.Concat(_parts.Select(p => p.IsField ? Escape(value) : p.Text));

    private string Escape(string field, IReadOnlyDictionary<string, string> fields)
    {
        if (!fields.TryGetValue(field, out var value))
            throw new UnfitCardException($"the card has no field {field}");
        if (Kind == TemplateKind.Header && value.Any(c => char.IsControl(c) || c > '\x7e'))
            throw new UnfitCardException($"the field {field} has characters that no header may have");
        if (Kind == TemplateKind.Xml && value.Any(c => c < ' ' && c is not ('\t' or '\n' or '\r')))
            throw new UnfitCardException($"the field {field} has characters that XML cannot say");
        return Escape(value);
    }

    private string Escape(string value) => Kind switch
    {
        TemplateKind.Url => Uri.EscapeDataString(value),
        TemplateKind.Json => JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value),
        TemplateKind.Xml => System.Security.SecurityElement.Escape(value),
        _ => value,
    };
}
