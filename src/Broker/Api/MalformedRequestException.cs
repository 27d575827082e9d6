using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Api;

/// <summary>A request that does not follow the protocol; its connection is closed.</summary>
/// <param name="key">The API.</param>
/// <param name="version">The version.</param>
/// <param name="fault">What is wrong with it, and where; nothing of what is in it.</param>
internal sealed class MalformedRequestException(ApiKey key, short version, string fault)
    : Exception($"A {key} request of version {version} {fault}.");
