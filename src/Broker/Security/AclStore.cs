using System.Text.Json.Serialization;

namespace MedStreams.Broker.Security;

/// <summary>The rules of a data directory, durable in <c>security/acls.json</c>. Safe for concurrent use.</summary>
internal sealed class AclStore
{
    private const string FileName = "acls.json";

    private readonly SharedDocument<AclDocument> _document;
    private volatile Snapshot _snapshot;

    /// <summary>Reads the rules.</summary>
    /// <exception cref="BrokerException">The file is damaged or of a later version.</exception>
    public AclStore(SecurityFolder folder)
    {
        _document = new(folder, FileName, SecurityJson.Default.AclDocument);
        _snapshot = new(_document.Current);
    }

    /// <summary>The file.</summary>
    public string Path => _document.Path;

    /// <summary>All rules as of now, in the order in which they were made.</summary>
    public IReadOnlyList<AclRule> All => Now.Document.Rules;

    /// <summary>The rules as they are asked.</summary>
    public AclIndex Index => Now.Index;

    private Snapshot Now
    {
        get
        {
            var snapshot = _snapshot;
            if (!ReferenceEquals(snapshot.Document, _document.Current))
                _snapshot = snapshot = new(_document.Current);
            return snapshot;
        }
    }

    /// <summary>Reads the file again if another process changed it.</summary>
    /// <exception cref="BrokerException">The file is damaged or of a later version; the rules stay as they were.</exception>
    public bool Refresh() => _document.Refresh();

    /// <summary>Adds rules, durably; one that is there already stays.</summary>
    /// <exception cref="IOException">The file could not be written; nothing has changed.</exception>
    public async ValueTask<int> AddAsync(IReadOnlyList<AclRule> rules)
    {
        var added = 0;
        await _document.UpdateAsync(document =>
        {
            var fresh = rules.Except(document.Rules).ToList();
            added = fresh.Count;
            return added == 0 ? document : document with { Rules = [.. document.Rules, .. fresh] };
        });
        return added;
    }

    /// <summary>Removes the rules that any of the filters matches, durably.</summary>
    /// <returns>For each filter, what it matched.</returns>
    /// <exception cref="IOException">The file could not be written; nothing has changed.</exception>
    public async ValueTask<IReadOnlyList<IReadOnlyList<AclRule>>> RemoveAsync(IReadOnlyList<AclFilter> filters)
    {
        IReadOnlyList<IReadOnlyList<AclRule>> matched = [];
        await _document.UpdateAsync(document =>
        {
            matched = [.. filters.Select(filter => document.Rules.Where(filter.Matches).ToList())];
            var gone = matched.SelectMany(rules => rules).ToHashSet();
            return gone.Count == 0 ? document : document with { Rules = [.. document.Rules.Where(rule => !gone.Contains(rule))] };
        });
        return matched;
    }

    private sealed class Snapshot(AclDocument document)
    {
        public AclDocument Document => document;

        public AclIndex Index { get; } = new(document.Rules);
    }
}

/// <summary>The file of rules.</summary>
internal sealed record AclDocument : IVersionedDocument
{
    private const int KnownVersion = 1;

    /// <summary>The version of the form.</summary>
    public int Version { get; init; } = KnownVersion;

    /// <summary>The rules.</summary>
    public List<AclRule> Rules { get; init; } = [];

    /// <inheritdoc/>
    [JsonIgnore]
    public bool IsKnownVersion => Version == KnownVersion;
}

/// <summary>The JSON form of users and rules.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AclDocument))]
[JsonSerializable(typeof(UserDocument))]
internal sealed partial class SecurityJson : JsonSerializerContext;
