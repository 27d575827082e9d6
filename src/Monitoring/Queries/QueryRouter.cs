using System.Text.Json;
using MedStreams.Streams;
using Microsoft.AspNetCore.Http;

namespace MedStreams.Monitoring;

/// <summary>
/// Answers a query from what is here, or has it answered by whoever has the partition: the owner, and its standbys where stale answers are
/// welcome. Queries without a key go through the partitions one after the other.
/// </summary>
internal sealed class QueryRouter(JsonQueries queries, QueryForwarder forwarder, string self)
{
    public async Task<QueryReply> AnswerAsync(
        string store, JsonElement json, bool forwards, CancellationToken cancellationToken)
    {
        try
        {
            var query = JsonQuery.Read(json);
            return queries.PartitionOf(store, query) is { } partition
                ? await AskOneAsync(store, json, query, partition, forwards, cancellationToken)
                : await AskAllAsync(store, json, query, forwards, cancellationToken);
        }
        catch (JsonQueryException e)
        {
            return QueryReply.BadQuery(e.Message);
        }
        catch (InvalidStateStoreException e) when (e.Reason == InvalidStateStoreReason.UnknownStore)
        {
            return QueryReply.Error(StatusCodes.Status404NotFound, "unknown-store", e.Message);
        }
        catch (InvalidStateStoreException e)
        {
            return QueryReply.NotAvailable(e.Message);
        }
    }

    private async Task<QueryReply> AskOneAsync(
        string store, JsonElement json, JsonQuery query, int partition, bool forwards, CancellationToken cancellationToken)
    {
        if (query.After is { } after && after.Partition != partition)
            return QueryReply.BadQuery("The field after is of another partition.");
        var reply = await AskAsync(store, json, query, new Part(partition, query.Limit, query.After?.Place), forwards, cancellationToken);
        return reply.Status == StatusCodes.Status200OK && reply.Body.Span.StartsWith("{\"entries\":"u8)
            ? WithNext(reply, partition)
            : reply;
    }

    private async Task<QueryReply> AskAllAsync(
        string store, JsonElement json, JsonQuery query, bool forwards, CancellationToken cancellationToken)
    {
        var gathered = new GatheredPage(store, query.Limit);
        var partitions = queries.PartitionsOf(store);
        for (var (partition, place) = query.After ?? (0, null); partition < partitions; partition++, place = null)
        {
            if (gathered.Rest == 0)
                return gathered.ToReply(JsonQuery.Write(partition, null));
            var reply = await AskAsync(store, json, query, new Part(partition, gathered.Rest, place), forwards, cancellationToken);
            if (reply.Status != StatusCodes.Status200OK)
                return reply;
            if (gathered.Take(reply) is { } next)
                return gathered.ToReply(JsonQuery.Write(partition, QueryContinuation.Parse(next)));
        }

        return gathered.ToReply(null);
    }

    /// <summary>What one partition answers, here or elsewhere.</summary>
    private async Task<QueryReply> AskAsync(
        string store, JsonElement json, JsonQuery query, Part part, bool forwards, CancellationToken cancellationToken)
    {
        var here = queries.Ask(store, query, part.Partition, part.Limit, part.After);
        if (here.Outcome != JsonQueryOutcome.NotHere)
            return Map(here, store, part.Partition);
        var metadata = queries.MetadataOf(store, part.Partition);
        var owner = metadata.ActiveHost.IsAvailable ? metadata.ActiveHost.ToString() : null;
        if (!forwards)
        {
            return QueryReply.Error(
                StatusCodes.Status421MisdirectedRequest, "not-here", $"Partition {part.Partition} of the store {store} is not here.", owner);
        }

        var hosts = query.AllowsStale ? metadata.StandbyHosts.Prepend(metadata.ActiveHost) : [metadata.ActiveHost];
        return await ForwardAsync(hosts.Where(h => h.IsAvailable && h.ToString() != self), store, Rewrite(json, part), part.Partition, cancellationToken);
    }

    private async Task<QueryReply> ForwardAsync(
        IEnumerable<HostInfo> hosts, string store, ReadOnlyMemory<byte> body, int partition, CancellationToken cancellationToken)
    {
        var late = false;
        foreach (var host in hosts)
        {
            try
            {
                var reply = await forwarder.AskAsync(host, store, body, cancellationToken);
                if (!reply.IsElsewhere)
                    return reply;
            }
            catch (HttpRequestException)
            {
                // The next host, if there is one, or the answer below.
            }
            catch (TimeoutException)
            {
                late = true;
            }
        }

        return late
            ? QueryReply.Error(
                StatusCodes.Status504GatewayTimeout, "owner-timeout", $"Who has partition {partition} of the store {store} did not answer in time.")
            : QueryReply.NotAvailable($"Partition {partition} of the store {store} is moving, being restored, or its owner cannot be reached: ask again.");
    }

    private static QueryReply Map(JsonQueryAnswer answer, string store, int partition) => answer.Outcome switch
    {
        JsonQueryOutcome.Answered => QueryReply.Ok(answer.Body),
        JsonQueryOutcome.NoValue => QueryReply.Error(StatusCodes.Status404NotFound, "no-value", "The key has no value."),
        JsonQueryOutcome.NotUpToBound => QueryReply.Error(
            StatusCodes.Status409Conflict, "not-up-to-bound", $"Partition {partition} of the store {store} has not reached these offsets."),
        JsonQueryOutcome.NoPartition => QueryReply.Error(
            StatusCodes.Status404NotFound, "unknown-partition", $"The store {store} has no partition {partition}."),
        _ => QueryReply.Error(
            StatusCodes.Status500InternalServerError, "store-failed", $"Partition {partition} of the store {store} could not be read."),
    };

    /// <summary>A page's <c>next</c> with the partition in front.</summary>
    private static QueryReply WithNext(QueryReply reply, int partition)
    {
        using var document = JsonDocument.Parse(reply.Body);
        if (document.RootElement.GetProperty("next").GetString() is not { } next || next.Contains('.', StringComparison.Ordinal))
            return reply;
        using var body = new MemoryStream();
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            foreach (var field in document.RootElement.EnumerateObject())
            {
                if (field.NameEquals("next"))
                    writer.WriteString("next", JsonQuery.Write(partition, QueryContinuation.Parse(next)));
                else
                    field.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return QueryReply.Ok(body.ToArray());
    }

    /// <summary>The query for one partition, as another instance is asked.</summary>
    private static ReadOnlyMemory<byte> Rewrite(JsonElement json, Part part)
    {
        using var body = new MemoryStream();
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            foreach (var field in json.EnumerateObject())
            {
                if (field.Name is not ("partition" or "limit" or "after"))
                    field.WriteTo(writer);
            }

            writer.WriteNumber("partition", part.Partition);
            writer.WriteNumber("limit", part.Limit);
            if (part.After is { } after)
                writer.WriteString("after", JsonQuery.Write(part.Partition, after));
            writer.WriteEndObject();
        }

        return body.ToArray();
    }

    private readonly record struct Part(int Partition, int Limit, QueryContinuation? After);
}
