namespace MedStreams.Broker.Security;

/// <summary>Who a client is, as Kafka writes it: a type and a name, such as <c>User:alice</c>.</summary>
/// <param name="Type">The type; clients are always of type User.</param>
/// <param name="Name">The name.</param>
internal readonly record struct Principal(string Type, string Name)
{
    private const string UserType = "User";

    /// <summary>A client that did not authenticate.</summary>
    public static Principal Anonymous { get; } = User("ANONYMOUS");

    /// <summary>In rules: every user.</summary>
    public static Principal Everybody { get; } = User("*");

    /// <summary>A user.</summary>
    public static Principal User(string name) => new(UserType, name);

    /// <summary>Reads <c>type:name</c>; the name may hold further colons.</summary>
    public static bool TryParse(string text, out Principal principal)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || colon == text.Length - 1)
        {
            principal = default;
            return false;
        }

        principal = new(text[..colon], text[(colon + 1)..]);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Type}:{Name}";
}
