using System.Text.RegularExpressions;

namespace MedStreams.Streams;

/// <summary>The name of a node, instead of a generated one, so that it stays when the topology changes around it.</summary>
public sealed partial record Named
{
    private const int MaxLength = 249;

    private Named(string name) => Name = name;

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>A name.</summary>
    /// <param name="name">1 to 249 characters of letters, digits, <c>.</c>, <c>_</c>, <c>-</c>; not <c>.</c> or <c>..</c>.</param>
    /// <exception cref="TopologyException">The name is none of these.</exception>
    public static Named As(string name) => new(Validate(name));

    /// <summary>A name, as <see cref="As"/>.</summary>
    public static implicit operator Named(string name) => As(name);

    /// <summary>Answers the name where Kafka takes it for topics and nodes, and throws otherwise.</summary>
    internal static string Validate(string name)
    {
        if (name is "" or "." or ".." || name.Length > MaxLength || !Legal().IsMatch(name))
        {
            throw new TopologyException(
                $"'{name}' is no legal name: 1 to {MaxLength} letters, digits, '.', '_' and '-', not '.' or '..'.");
        }

        return name;
    }

    [GeneratedRegex(@"^[a-zA-Z0-9._-]+\z", RegexOptions.NonBacktracking)]
    private static partial Regex Legal();
}
