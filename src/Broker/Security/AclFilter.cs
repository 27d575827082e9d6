namespace MedStreams.Broker.Security;

/// <summary>Which rules a client means. What is null, or "any", matches everything.</summary>
internal sealed record AclFilter(
    AclResourceType Type,
    string? Name,
    AclPatternType Pattern,
    string? Principal,
    string? Host,
    AclOperation Operation,
    AclPermission Permission)
{
    /// <summary>
    /// A filter from the protocol's numbers. Version 0 knew no kinds of names: there "any" means literal ones.
    /// </summary>
    public static AclFilter From(
        short version, sbyte type, string? name, sbyte pattern, string? principal, string? host, sbyte operation, sbyte permission)
    {
        var kind = AclNumbers.Pattern(pattern);
        return new(
            AclNumbers.ResourceType(type),
            name,
            version == 0 && kind == AclPatternType.Any ? AclPatternType.Literal : kind,
            principal,
            host,
            AclNumbers.Operation(operation),
            AclNumbers.Permission(permission));
    }

    /// <summary>Whether one of the numbers stands for nothing; such a request cannot be answered.</summary>
    public bool HasUnknown =>
        Type == AclResourceType.Unknown || Pattern == AclPatternType.Unknown || Operation == AclOperation.Unknown || Permission == AclPermission.Unknown;

    /// <summary>Whether a rule is meant.</summary>
    public bool Matches(AclRule rule) =>
        MatchesResource(rule.Resource)
        && (Principal is null || Principal == rule.Principal)
        && (Host is null || Host == rule.Host)
        && (Operation == AclOperation.Any || Operation == rule.Operation)
        && (Permission == AclPermission.Any || Permission == rule.Permission);

    private bool MatchesResource(AclPattern resource)
    {
        if (Type != AclResourceType.Any && Type != resource.Type)
            return false;
        if (Pattern is not (AclPatternType.Any or AclPatternType.Match) && Pattern != resource.Pattern)
            return false;
        if (Name is null)
            return true;
        return Pattern == AclPatternType.Match ? resource.Covers(Name) : Name == resource.Name;
    }
}

/// <summary>The protocol's numbers; what is none of them is unknown.</summary>
internal static class AclNumbers
{
    public static AclResourceType ResourceType(sbyte number) =>
        Enum.IsDefined((AclResourceType)number) ? (AclResourceType)number : AclResourceType.Unknown;

    public static AclPatternType Pattern(sbyte number) =>
        Enum.IsDefined((AclPatternType)number) ? (AclPatternType)number : AclPatternType.Unknown;

    public static AclOperation Operation(sbyte number) =>
        Enum.IsDefined((AclOperation)number) ? (AclOperation)number : AclOperation.Unknown;

    public static AclPermission Permission(sbyte number) =>
        Enum.IsDefined((AclPermission)number) ? (AclPermission)number : AclPermission.Unknown;
}
