using MedStreams.Streams;

namespace MedStreams.Monitoring.Page;

/// <summary>The stores, and which of their partitions are here.</summary>
internal sealed class StoresPart(JsonQueries queries) : IPagePart
{
    public string Name => "stores";

    public ValueTask<object?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return new(queries.Stores().Select(s => new
            {
                s.Name,
                s.Kind,
                s.KeyType,
                s.ValueType,
                s.Partitions,
                Local = s.Local.Select(p => new { p.Partition, p.IsActive, p.Lag }),
            }).ToList());
        }
        catch (InvalidStateStoreException)
        {
            return new(default(object)); // not started yet, or stopped
        }
    }
}
