using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Api;

/// <summary>A request that does not follow the protocol; its connection is closed.</summary>
internal sealed class MalformedRequestException(ApiKey key, short version)
    : Exception($"A {key} request of version {version} does not follow the protocol.");
