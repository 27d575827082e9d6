using System.Globalization;
using System.Text.Json;

namespace MedStreams.Monitoring.Page;

/// <summary>A request of the page's own, read and checked.</summary>
/// <param name="viewer">Who asks.</param>
/// <param name="parameters">The parameters of its path and of its query, by name.</param>
/// <param name="body">The JSON that came with it; undefined where none did.</param>
public sealed class PageRequest(PageViewer viewer, IReadOnlyDictionary<string, string> parameters, JsonElement body = default)
{
    /// <summary>Who asks.</summary>
    public PageViewer Viewer => viewer;

    /// <summary>The JSON that came with it; undefined where none did.</summary>
    public JsonElement Body => body;

    /// <summary>A parameter of the path or of the query.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="PageRequestException">It is not there.</exception>
    public string Text(string name) => Find(name) ?? throw new PageRequestException($"{name} is missing.");

    /// <summary>The same; null where it is not there.</summary>
    /// <param name="name">Its name.</param>
    public string? Find(string name) => parameters.TryGetValue(name, out var text) && text.Length > 0 ? text : null;

    /// <summary>A whole number.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="otherwise">What counts where it is not there.</param>
    /// <param name="least">The smallest that is allowed.</param>
    /// <param name="most">The largest.</param>
    /// <exception cref="PageRequestException">It is none of these.</exception>
    public long Number(string name, long otherwise, long least = 0, long most = long.MaxValue)
    {
        if (Find(name) is not { } text)
            return otherwise;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new PageRequestException($"{name} must be a whole number from {least} to {most}.");
    }
}

/// <summary>A request that is wrong; answered with 400 and the text, which holds nothing of any record.</summary>
/// <param name="message">What is wrong, and what is allowed.</param>
public sealed class PageRequestException(string message) : Exception(message);
