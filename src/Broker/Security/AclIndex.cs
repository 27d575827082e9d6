using System.Collections.Frozen;

namespace MedStreams.Broker.Security;

/// <summary>
/// Rules in the form in which they are asked: by type and name, and by type and beginning. A question costs one look-up for
/// the name, one for all names, and one for each length that beginnings have. Immutable.
/// </summary>
internal sealed class AclIndex
{
    private readonly FrozenDictionary<AclPattern, AclRule[]> _byPattern;
    private readonly FrozenDictionary<AclResourceType, int[]> _prefixLengths;

    /// <summary>An index of rules.</summary>
    public AclIndex(IEnumerable<AclRule> rules)
    {
        _byPattern = rules
            .GroupBy(rule => rule.Resource)
            .ToFrozenDictionary(group => group.Key, group => group.ToArray());
        _prefixLengths = _byPattern.Keys
            .Where(pattern => pattern.Pattern == AclPatternType.Prefixed)
            .GroupBy(pattern => pattern.Type)
            .ToFrozenDictionary(group => group.Key, group => group.Select(p => p.Name.Length).Distinct().ToArray());
    }

    /// <summary>All rules of a type.</summary>
    public IEnumerable<AclRule> Of(AclResourceType type) =>
        _byPattern.Where(entry => entry.Key.Type == type).SelectMany(entry => entry.Value);

    /// <summary>What the rules say.</summary>
    /// <returns>Null where no rule covers the resource at all; a rule that denies outweighs all that allow.</returns>
    public bool? Judge(Principal principal, string host, AclOperation operation, AclResourceType type, string name)
    {
        var verdict = new Verdict(principal.ToString(), host, operation);
        Ask(new(type, name, AclPatternType.Literal), ref verdict);
        if (name != AclPattern.AllNames)
            Ask(new(type, AclPattern.AllNames, AclPatternType.Literal), ref verdict);
        foreach (var length in _prefixLengths.GetValueOrDefault(type) ?? [])
        {
            if (length <= name.Length)
                Ask(new(type, name[..length], AclPatternType.Prefixed), ref verdict);
        }

        return verdict.Result;
    }

    private void Ask(AclPattern pattern, ref Verdict verdict)
    {
        if (_byPattern.TryGetValue(pattern, out var rules))
            verdict.Weigh(rules);
    }

    private struct Verdict(string principal, string host, AclOperation operation)
    {
        private bool _covered;
        private bool _allowed;
        private bool _denied;

        public readonly bool? Result => _covered ? _allowed && !_denied : null;

        public void Weigh(AclRule[] rules)
        {
            _covered = true;
            foreach (var rule in rules)
            {
                if (!rule.IsAbout(operation) || !rule.Concerns(principal, host))
                    continue;
                if (rule.Permission == AclPermission.Deny)
                    _denied = true;
                else
                    _allowed = true;
            }
        }
    }
}
