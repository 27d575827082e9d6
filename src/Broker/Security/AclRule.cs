namespace MedStreams.Broker.Security;

/// <summary>The resources that a rule is for.</summary>
/// <param name="Type">Their type.</param>
/// <param name="Name">A name, or what names begin with.</param>
/// <param name="Pattern">Which of the two.</param>
internal readonly record struct AclPattern(AclResourceType Type, string Name, AclPatternType Pattern)
{
    /// <summary>As a literal name: all resources of the type.</summary>
    public const string AllNames = "*";

    /// <summary>The name of the only resource of type cluster.</summary>
    public const string ClusterName = "kafka-cluster";

    /// <summary>Whether the rule is for a resource.</summary>
    public bool Covers(string name) => Pattern == AclPatternType.Prefixed
        ? name.StartsWith(Name, StringComparison.Ordinal)
        : Name == name || Name == AllNames;
}

/// <summary>A rule: who, from where, may or may not do what to which resources.</summary>
/// <param name="Resource">The resources.</param>
/// <param name="Principal">Who, such as <c>User:alice</c>; <c>User:*</c> is everybody.</param>
/// <param name="Host">From where: an address, or <c>*</c> for anywhere.</param>
/// <param name="Operation">What.</param>
/// <param name="Permission">Whether it is allowed or denied.</param>
internal sealed record AclRule(
    AclPattern Resource, string Principal, string Host, AclOperation Operation, AclPermission Permission)
{
    /// <summary>As a host: anywhere.</summary>
    public const string AnyHost = "*";

    /// <summary>Whether the rule is about somebody at a host.</summary>
    public bool Concerns(string principal, string host) =>
        (Principal == principal || Principal == "User:*") && (Host == AnyHost || Host == host);

    /// <summary>
    /// Whether the rule is about an operation. To allow reading, writing, deleting or altering allows describing too, and to
    /// allow altering configurations allows describing them; to deny them denies nothing else.
    /// </summary>
    public bool IsAbout(AclOperation operation)
    {
        if (Operation == AclOperation.All || Operation == operation)
            return true;
        if (Permission != AclPermission.Allow)
            return false;
        return operation switch
        {
            AclOperation.Describe => Operation is AclOperation.Read or AclOperation.Write or AclOperation.Delete or AclOperation.Alter,
            AclOperation.DescribeConfigs => Operation is AclOperation.AlterConfigs,
            _ => false,
        };
    }
}
