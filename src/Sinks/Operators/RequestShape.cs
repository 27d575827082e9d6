using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace MedStreams.Sinks.Operators;

/// <summary>A declared request, checked, from which requests of calls are made. Immutable.</summary>
internal sealed class RequestShape
{
    private readonly HttpMethod _method;
    private readonly RequestTemplate _url;
    private readonly RequestTemplate? _body;
    private readonly MediaTypeHeaderValue _type;
    private readonly ImmutableArray<(string Name, RequestTemplate Value)> _headers;

    private RequestShape(HttpMethod method, RequestTemplate url, RequestTemplate? body, MediaTypeHeaderValue type, ImmutableArray<(string Name, RequestTemplate Value)> headers) =>
        (_method, _url, _body, _type, _headers) = (method, url, body, type, headers);

    /// <summary>Whether a field is sent anywhere.</summary>
    public bool Uses(string field) => _url.Uses(field) || _body?.Uses(field) == true || _headers.Any(h => h.Value.Uses(field));

    /// <summary>Checks a declaration.</summary>
    /// <param name="declared">The declaration.</param>
    /// <param name="prefix">What its keys begin with.</param>
    /// <param name="faults">Takes what is wrong: the key, and what to do.</param>
    /// <returns>Null where something is wrong.</returns>
    public static RequestShape? Create(OperatorRequestDeclaration declared, string prefix, List<OperatorFault> faults)
    {
        var before = faults.Count;
        var url = Url(declared.Url, prefix + "Url", faults);
        if (declared.Method.Length == 0 || !declared.Method.All(c => char.IsAsciiLetter(c) || c == '-'))
            faults.Add(new(prefix + "Method", "is no method; allowed are POST, PUT, PATCH, GET, DELETE and others of HTTP"));
        if (!MediaTypeHeaderValue.TryParse(declared.ContentType, out var type))
            faults.Add(new(prefix + "ContentType", "is no media type, such as application/json"));
        var body = declared.Body is null || type is null ? null : Body(declared.Body, type.MediaType ?? "", prefix + "Body", faults);
        var headers = declared.Headers.Select(h => (h.Key, Value: Header(h.Key, h.Value, $"{prefix}Headers:{h.Key}", faults))).ToList();
        if (faults.Count > before)
            return null;
        type!.CharSet ??= "utf-8";
        return new RequestShape(new HttpMethod(declared.Method.ToUpperInvariant()), url!, body, type, [.. headers.Select(h => (h.Key, h.Value!))]);
    }

    /// <summary>Makes the request of a call.</summary>
    /// <exception cref="UnfitCardException">None can be made.</exception>
    public HttpRequestMessage Make(IReadOnlyDictionary<string, string> fields)
    {
        var address = Address(_url.Fill(fields)) ?? throw new UnfitCardException("a field in the path would lead to another one");
        var request = new HttpRequestMessage(_method, address);
        try
        {
            if (_body is not null)
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(_body.Fill(fields))) { Headers = { ContentType = _type } };
            foreach (var (name, value) in _headers)
                request.Headers.TryAddWithoutValidation(name, value.Fill(fields));
            return request;
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    /// <summary>Whether a name may be that of a header that is not about the body.</summary>
    internal static bool IsHeaderName(string name)
    {
        using var probe = new HttpRequestMessage();
        return name.Length > 0 && probe.Headers.TryAddWithoutValidation(name, "x");
    }

    /// <summary>The address; null where dots in it lead elsewhere (RFC 3986, section 5.2.4).</summary>
    private static Uri? Address(string text)
    {
        var path = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var end = path.AsSpan().IndexOfAny('?', '#');
        var segments = (end < 0 ? path : path[..end]).Split('/', '\\');
        return segments.Any(s => Uri.UnescapeDataString(s) is "." or "..") ? null : new Uri(text, UriKind.Absolute);
    }

    private static RequestTemplate? Url(string text, string key, List<OperatorFault> faults)
    {
        if (RequestTemplate.Parse(text, TemplateKind.Url, out var fault) is not { } template)
        {
            faults.Add(new(key, fault!));
            return null;
        }

        var isAddress = Uri.TryCreate(template.FillWith("x"), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";
        if (!isAddress || uri!.UserInfo.Length > 0)
            faults.Add(new(key, "is no address that begins with http:// or https://, and has no login in it"));
        else if (template.Head.IndexOf('/', template.Head.IndexOf("://", StringComparison.Ordinal) + 3) < 0 && template.Head.Length < text.Length)
            faults.Add(new(key, "has a place in scheme or host; places are allowed behind the host only"));
        else if (Address(template.FillWith("x")) is null)
            faults.Add(new(key, "has . or .. in its path; write the path that is meant"));
        return template;
    }

    private static RequestTemplate? Body(string text, string type, string key, List<OperatorFault> faults)
    {
        var kind = type.Contains("json", StringComparison.OrdinalIgnoreCase) ? TemplateKind.Json
            : type.Contains("xml", StringComparison.OrdinalIgnoreCase) ? TemplateKind.Xml
            : type.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) ? TemplateKind.Url
            : TemplateKind.Plain;
        if (RequestTemplate.Parse(text, kind, out var fault) is not { } template)
            faults.Add(new(key, fault!));
        else if (kind == TemplateKind.Json && !IsJson(template.FillWith("x\"y")))
            faults.Add(new(key, "is no JSON once it is filled in; places stand within quotation marks"));
        else
            return template;
        return null;
    }

    private static RequestTemplate? Header(string name, string text, string key, List<OperatorFault> faults)
    {
        if (!IsHeaderName(name))
            faults.Add(new(key, "is no header of a request"));
        else if (text.Any(char.IsControl))
            faults.Add(new(key, "has control characters"));
        else if (RequestTemplate.Parse(text, TemplateKind.Header, out var fault) is not { } template)
            faults.Add(new(key, fault!));
        else
            return template;
        return null;
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
