namespace MedStreams.Broker.Security;

/// <summary>
/// Decides who may do what, as Kafka's standard authorizer does: super users may do everything; a rule that denies wins over
/// those that allow; without a rule that allows nothing is allowed, save that what no rule covers may be open. Safe for
/// concurrent use.
/// </summary>
internal sealed class Authorizer
{
    private readonly AuthorizationOptions _options;
    private readonly HashSet<string> _superUsers;
    private readonly AclStore _rules;

    /// <summary>An authorizer over stored rules.</summary>
    public Authorizer(AuthorizationOptions options, AclStore rules)
    {
        _options = options;
        _superUsers = [.. options.SuperUsers];
        _rules = rules;
    }

    /// <summary>The rules.</summary>
    public AclStore Rules => _rules;

    /// <summary>Whether nobody may do anything.</summary>
    public bool NobodyMay => _superUsers.Count == 0 && !_options.AllowEveryoneIfNoAclFound && _rules.All.Count == 0;

    /// <summary>Whether somebody may do something to a resource.</summary>
    public bool Allows(Principal principal, string host, AclOperation operation, AclResourceType type, string name) =>
        _superUsers.Contains(principal.ToString())
        || (_rules.Index.Judge(principal, host, operation, type, name) ?? _options.AllowEveryoneIfNoAclFound);

    /// <summary>
    /// Whether somebody may do something to at least one resource of a type that there is or could be: for a rule that
    /// allows there is none that denies all that it allows.
    /// </summary>
    public bool AllowsSome(Principal principal, string host, AclOperation operation, AclResourceType type)
    {
        // A name that no rule is likely to have shows whether super users or open resources decide.
        if (Allows(principal, host, operation, type, "hardcode"))
            return true;
        var who = principal.ToString();
        var rules = _rules.Index.Of(type)
            .Where(rule => rule.Concerns(who, host) && (rule.Operation == operation || rule.Operation == AclOperation.All))
            .ToList();
        var denied = rules.Where(rule => rule.Permission == AclPermission.Deny).Select(rule => rule.Resource).ToHashSet();
        if (denied.Contains(new(type, AclPattern.AllNames, AclPatternType.Literal)))
            return false;
        return rules.Exists(rule => rule.Permission == AclPermission.Allow && !IsDenied(rule.Resource, denied));
    }

    private static bool IsDenied(AclPattern allowed, HashSet<AclPattern> denied)
    {
        if (allowed is { Pattern: AclPatternType.Literal, Name: AclPattern.AllNames })
            return false;
        if (allowed.Pattern == AclPatternType.Literal && denied.Contains(allowed))
            return true;
        return Enumerable.Range(1, allowed.Name.Length)
            .Any(length => denied.Contains(new(allowed.Type, allowed.Name[..length], AclPatternType.Prefixed)));
    }
}
