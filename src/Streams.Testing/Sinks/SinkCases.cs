using System.Diagnostics.CodeAnalysis;

namespace MedStreams.Streams.Testing;

/// <summary>The cases. Record number n has offset n unless a case says otherwise.</summary>
internal sealed partial class SinkCases<TKey, TValue>(SinkTarget<TKey, TValue> target, int seed, CancellationToken stop)
{
    private static readonly SinkPartition One = new("app", "sink", "topic", 0);

    /// <summary>A case answers false where the target cannot do what it needs.</summary>
    public static IReadOnlyDictionary<string, Func<SinkCases<TKey, TValue>, Task<bool>>> All { get; } =
        new Dictionary<string, Func<SinkCases<TKey, TValue>, Task<bool>>>(StringComparer.Ordinal)
        {
            ["A first claim knows no offset"] = static c => c.FirstClaim(),
            ["A commit writes records and offset"] = static c => c.Commit(),
            ["Nothing shows before the commit"] = static c => c.NothingBeforeCommit(),
            ["A claim resumes at the committed offset"] = static c => c.Resume(),
            ["Offsets below the next one are ignored"] = static c => c.IgnoreOldOffsets(),
            ["Offsets move without records, and over gaps"] = static c => c.OffsetsAlone(),
            ["What is discarded is gone"] = static c => c.Discard(),
            ["Partitions, sinks and applications are apart"] = static c => c.Partitions(),
            ["A new claim fences the old owner"] = static c => c.Fence(),
            ["A claim beside a commit lets one of them win"] = static c => c.FenceRace(),
            ["Refused records are told once, before the commit"] = static c => c.Refuse(),
            ["Where refused records cannot be kept, nothing is written"] = static c => c.RefuseFailure(),
            ["A claim during an outage says so"] = static c => c.OutageAtClaim(),
            ["A commit during an outage keeps the buffer"] = static c => c.OutageAtCommit(),
            ["An owner that dies with a buffer leaves nothing"] = static c => c.DeathWithBuffer(),
            ["An owner that dies while refused records are kept leaves nothing"] = static c => c.DeathWhileRefusing(),
            ["A commit that is broken off is whole or not there"] = static c => c.DeathWithinCommit(),
            ["A large batch is one commit"] = static c => c.LargeBatch(),
            ["Deaths, claims and commits at random lose and double nothing"] = static c => c.AtRandom(),
        };

    private async Task<bool> FirstClaim()
    {
        await using var owner = await ClaimAsync();
        Expect(owner.Writer.NextOffset is null, $"the first claim says {owner.Writer.NextOffset} instead of null");
        Expect(owner.Writer.BufferedBytes == 0, "nothing is buffered yet, and it says otherwise");
        await ExpectHeldAsync(0);
        return true;
    }

    private async Task<bool> Commit()
    {
        await using var owner = await ClaimAsync();
        Write(owner, 0, 10);
        Expect(owner.Writer.BufferedBytes > 0, "ten records are buffered, and BufferedBytes says none");
        await CommitAsync(owner, 10);
        Expect(owner.Writer.NextOffset == 10, $"after the commit the next offset is {owner.Writer.NextOffset} instead of 10");
        Expect(owner.Writer.BufferedBytes == 0, "after the commit something is still buffered");
        await ExpectHeldAsync(10);
        Write(owner, 10, 13);
        await CommitAsync(owner, 13);
        await ExpectHeldAsync(13);
        return true;
    }

    private async Task<bool> NothingBeforeCommit()
    {
        await using var owner = await ClaimAsync();
        Write(owner, 0, 10);
        await ExpectHeldAsync(0);
        await CommitAsync(owner, 10);
        await ExpectHeldAsync(10);
        return true;
    }

    private async Task<bool> Resume()
    {
        await using (var first = await ClaimAsync())
        {
            Write(first, 0, 5);
            await CommitAsync(first, 5);
        }

        await using var next = await ClaimAsync();
        Expect(next.Writer.NextOffset == 5, $"the next claim resumes at {Show(next.Writer.NextOffset)} instead of 5");
        Write(next, 5, 8);
        await CommitAsync(next, 8);
        await ExpectHeldAsync(8);
        return true;
    }

    private async Task<bool> IgnoreOldOffsets()
    {
        await using var owner = await ClaimAsync();
        Write(owner, 0, 5);
        await CommitAsync(owner, 5);
        Write(owner, 2, 7);
        await CommitAsync(owner, 7);
        await ExpectHeldAsync(7);
        return true;
    }

    private async Task<bool> OffsetsAlone()
    {
        await using (var owner = await ClaimAsync())
        {
            await CommitAsync(owner, 3);
            Write(owner, 3, 4);
            Write(owner, 10, 11);
            await CommitAsync(owner, 17);
            await CommitAsync(owner, 17); // the same again does no harm
        }

        await using var next = await ClaimAsync();
        Expect(next.Writer.NextOffset == 17, $"the next claim resumes at {Show(next.Writer.NextOffset)} instead of 17");
        await ExpectHeldAsync([3, 10]);
        return true;
    }

    private async Task<bool> Discard()
    {
        await using var owner = await ClaimAsync();
        Write(owner, 0, 5);
        owner.Writer.Discard();
        Expect(owner.Writer.BufferedBytes == 0, "after Discard something is still buffered");
        Write(owner, 0, 2);
        await CommitAsync(owner, 2);
        await ExpectHeldAsync(2);
        return true;
    }

    private async Task<bool> Partitions()
    {
        SinkPartition[] all =
        [
            One, One with { Partition = 1 }, One with { Topic = "other" }, One with { Sink = "other" }, One with { ApplicationId = "other" },
        ];
        var owners = new List<Owner>();
        try
        {
            for (var i = 0; i < all.Length; i++)
            {
                owners.Add(await ClaimAsync(all[i]));
                Expect(owners[i].Writer.NextOffset is null, $"{all[i]} takes over the offset of another one");
                Write(owners[i], i, i + 1);
                await CommitAsync(owners[i], 100 + i);
            }

            for (var i = 0; i < all.Length; i++)
            {
                Expect(owners[i].Writer.NextOffset == 100 + i, $"{all[i]} has the offset of another one");
                await CommitAsync(owners[i], 200 + i); // nobody was fenced by a claim of something else
            }

            await ExpectHeldAsync(all.Length);
            return true;
        }
        finally
        {
            foreach (var owner in owners)
                await owner.DisposeAsync();
        }
    }

    private async Task<bool> Refuse()
    {
        if (target.MakeRefusedRecord(1) is null)
            return false;
        await using var owner = await ClaimAsync();
        WriteWithRefused(owner, [1, 4]);
        var told = new List<RejectedRecord>();
        await owner.Writer.CommitAsync(
            6,
            async (records, _) =>
            {
                Expect(told.Count == 0, "refused records are told twice in one commit");
                told.AddRange(records);
                await ExpectHeldAsync(0); // what was refused is kept before anything shows
            },
            stop);
        Expect(told.Select(r => r.Offset).SequenceEqual([1L, 4]), $"offsets 1 and 4 are refused, told is {string.Join(", ", told.Select(r => r.Offset))}");
        Expect(told.TrueForAll(static r => r.Reason.Length > 0), "a refusal has no reason");
        Expect(owner.Writer.NextOffset == 6, "the offset does not move over refused records");
        await ExpectHeldAsync([0, 2, 3, 5]);
        await CommitAsync(owner, 7); // and they are not told again
        return true;
    }

    private async Task<bool> RefuseFailure()
    {
        if (target.MakeRefusedRecord(1) is null)
            return false;
        await using var owner = await ClaimAsync();
        WriteWithRefused(owner, [1, 4]);
        await ExpectThrownAsync<KeptNowhereException>(
            async () => await owner.Writer.CommitAsync(6, static (_, _) => throw new KeptNowhereException(), stop),
            "what the handler of refused records throws does not come out of the commit");
        Expect(owner.Writer.BufferedBytes > 0, "the buffer is gone though nothing was written");
        await ExpectHeldAsync(0);
        var told = new List<RejectedRecord>();
        await owner.Writer.CommitAsync(6, Keep(told), stop);
        Expect(told.Select(r => r.Offset).SequenceEqual([1L, 4]), "the second commit does not tell the same refused records");
        await ExpectHeldAsync([0, 2, 3, 5]);
        return true;
    }

    private async Task<bool> LargeBatch()
    {
        const int Many = 20_000;
        await using var owner = await ClaimAsync();
        Write(owner, 0, Many);
        await CommitAsync(owner, Many);
        await ExpectHeldAsync(Many);
        return true;
    }

    private async Task<Owner> ClaimAsync(SinkPartition? partition = null)
    {
        var sink = target.OpenSink();
        try
        {
            return new Owner(target, sink, await sink.ClaimAsync(partition ?? One, stop));
        }
        catch
        {
            if (sink is IAsyncDisposable disposable)
                await disposable.DisposeAsync();
            throw;
        }
    }

    private void Write(Owner owner, int from, int to)
    {
        for (var i = from; i < to; i++)
            owner.Writer.Write(target.MakeRecord(i), new RecordMetadata("topic", 0, i));
    }

    /// <summary>Offsets 0 to 5, of which some are refused.</summary>
    private void WriteWithRefused(Owner owner, int[] refused)
    {
        for (var i = 0; i < 6; i++)
        {
            var record = refused.Contains(i) ? target.MakeRefusedRecord(i)!.Value : target.MakeRecord(i);
            owner.Writer.Write(record, new RecordMetadata("topic", 0, i));
        }
    }

    private async Task CommitAsync(Owner owner, long nextOffset) =>
        await owner.Writer.CommitAsync(
            nextOffset,
            static (records, _) => throw new SinkConformanceException($"the record at {records[0].Offset} is refused, which is like the others"),
            stop);

    private static RejectedRecordsHandler Keep(List<RejectedRecord> told) => (records, _) =>
    {
        told.AddRange(records);
        return ValueTask.CompletedTask;
    };

    private Task ExpectHeldAsync(int count) => ExpectHeldAsync([.. Enumerable.Range(0, count)]);

    private async Task ExpectHeldAsync(IReadOnlyList<int> numbers)
    {
        var held = (await target.ReadAsync(stop)).Order().ToList();
        if (held.SequenceEqual(numbers))
            return;
        var lost = numbers.Except(held).ToList();
        var doubled = held.CountBy(static n => n).Where(static n => n.Value > 1).Select(static n => n.Key).ToList();
        var extra = held.Except(numbers).ToList();
        throw new SinkConformanceException(
            $"the target holds {held.Count} records instead of {numbers.Count}: lost {Show(lost)}, doubled {Show(doubled)}, not expected {Show(extra)}");
    }

    private static async Task ExpectThrownAsync<TException>(Func<Task> action, string otherwise)
        where TException : Exception
    {
        try
        {
            await action();
        }
        catch (TException)
        {
            return;
        }
        catch (Exception e) when (e is not SinkConformanceException)
        {
            throw new SinkConformanceException($"{otherwise}: {e.GetType().Name} does", e);
        }

        throw new SinkConformanceException($"{otherwise}: nothing is thrown");
    }

    private static void Expect([DoesNotReturnIf(false)] bool holds, string otherwise)
    {
        if (!holds)
            throw new SinkConformanceException(otherwise);
    }

    private static string Show(long? offset) => offset?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "nothing";

    private static string Show(List<int> numbers) =>
        numbers.Count == 0 ? "none" : string.Join(", ", numbers.Take(10)) + (numbers.Count > 10 ? ", .." : "");

    /// <summary>A claim, with the process that has it.</summary>
    private sealed class Owner(SinkTarget<TKey, TValue> target, ISink<TKey, TValue> sink, ISinkWriter<TKey, TValue> writer)
        : IAsyncDisposable
    {
        private bool _isGone;

        public ISinkWriter<TKey, TValue> Writer => writer;

        /// <summary>Dies without a word.</summary>
        public async ValueTask KillAsync()
        {
            _isGone = true;
            await target.KillAsync(sink, writer);
        }

        /// <summary>Gives the claim back and ends.</summary>
        public async ValueTask DisposeAsync()
        {
            if (_isGone)
                return;
            _isGone = true;
            await writer.DisposeAsync();
            if (sink is IAsyncDisposable disposable)
                await disposable.DisposeAsync();
        }
    }

    /// <summary>What the handler of refused records throws.</summary>
    private sealed class KeptNowhereException() : Exception("Refused records could not be kept.");
}
