using System.Text.RegularExpressions;
using MedStreams.Streams;

namespace MedStreams.Cli.Running.Page;

/// <summary>Which topics a topology reads; internal ones have the application's name in front. Immutable.</summary>
internal sealed class TopologySources(TopologyDescription description, string applicationId)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly List<NodeDescription> _sources = [.. description.Subtopologies.SelectMany(s => s.Nodes).Where(n => n.Kind == NodeKind.Source)];

    public bool Reads(string topic) => _sources.Exists(s => s.Topics.Any(t => s.HasPattern ? Matches(topic, t) : topic == t || topic == $"{applicationId}-{t}"));

    private static bool Matches(string topic, string pattern) => Regex.IsMatch(topic, $"^(?:{pattern})$", RegexOptions.CultureInvariant, Patience);
}
