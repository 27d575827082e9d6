namespace MedStreams.Broker;

/// <summary>
/// That access is granted by rules (ACLs), and what holds besides them. Immutable. The rules are in the data directory and are
/// managed over the protocol, as with Kafka's own tools.
/// </summary>
public sealed record AuthorizationOptions
{
    /// <summary>
    /// Who may do everything (<c>super.users</c>): principals such as <c>User:admin</c> or
    /// <c>User:CN=admin,O=Hospital</c>. Default nobody, which leaves nobody to make the first rule.
    /// </summary>
    public IReadOnlyList<string> SuperUsers { get; init; } = [];

    /// <summary>
    /// Whether a resource that no rule names is open to everybody (<c>allow.everyone.if.no.acl.found</c>). Default false.
    /// </summary>
    public bool AllowEveryoneIfNoAclFound { get; init; }

    internal void Validate()
    {
        foreach (var name in SuperUsers)
        {
            if (!Security.Principal.TryParse(name, out _))
            {
                throw new BrokerException(
                    $"{nameof(BrokerOptions)}.{nameof(BrokerOptions.Authorization)}: '{name}' is no principal; write it as in User:admin.");
            }
        }
    }
}
