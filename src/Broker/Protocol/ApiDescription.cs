namespace MedStreams.Broker.Protocol;

/// <summary>One API: its name and its versions.</summary>
/// <param name="Key">The number on the wire.</param>
/// <param name="Known">The versions that the codec reads and writes.</param>
/// <param name="Advertised">The versions that ApiVersions names to clients.</param>
/// <param name="Served">
/// The versions that are answered; one that is advertised but not served ends its connection.
/// </param>
/// <param name="FirstFlexible">
/// The first version with compact lengths and tagged fields; <see cref="short.MaxValue"/> if none has.
/// </param>
internal sealed record ApiDescription(
    ApiKey Key,
    VersionRange Known,
    VersionRange Advertised,
    VersionRange Served,
    short FirstFlexible)
{
    /// <summary>Kafka's name of the API.</summary>
    public string Name { get; } = Key.ToString();

    /// <summary>Whether bodies of this version have compact lengths and tagged fields.</summary>
    public bool IsFlexible(short version) => version >= FirstFlexible;

    /// <summary>
    /// The version of the header before a request of this version: 1, or 2 where the body is flexible.
    /// </summary>
    public short RequestHeaderVersion(short version) => (short)(IsFlexible(version) ? 2 : 1);

    /// <summary>
    /// The version of the header before a response of this version: 0, or 1 where the body is flexible. ApiVersions
    /// always has 0, because its client does not know yet what the broker understands (KIP-511).
    /// </summary>
    public short ResponseHeaderVersion(short version) =>
        (short)(Key != ApiKey.ApiVersions && IsFlexible(version) ? 1 : 0);
}
