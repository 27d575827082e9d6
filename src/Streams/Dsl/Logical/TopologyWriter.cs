namespace MedStreams.Streams.Dsl.Logical;

/// <summary>What nodes of the logical graph write to: the topology in the making, and the serdes.</summary>
internal sealed record TopologyWriter(Topology Topology, SerdeResolver Serdes, StoreType DefaultStore)
{
    public ISerde<T> KeySerde<T>(ISerde<T>? own, string operatorName) => Serdes.Resolve(own, operatorName, isKey: true);

    public ISerde<T> ValueSerde<T>(ISerde<T>? own, string operatorName) =>
        Serdes.Resolve(own, operatorName, isKey: false);
}
