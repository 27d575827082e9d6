namespace MedStreams.Streams.Testing;

/// <content>Owners that meet, die, or cannot reach the target.</content>
internal sealed partial class SinkCases<TKey, TValue>
{
    private async Task<bool> Fence()
    {
        await using var zombie = await ClaimAsync();
        Write(zombie, 0, 3);
        await CommitAsync(zombie, 3);
        Write(zombie, 3, 6);
        await using var owner = await ClaimAsync();
        Expect(owner.Writer.NextOffset == 3, $"the new owner resumes at {Show(owner.Writer.NextOffset)} instead of 3");
        for (var attempt = 0; attempt < 2; attempt++)
        {
            await ExpectThrownAsync<SinkFencedException>(
                () => CommitAsync(zombie, 6), "the old owner's commit does not throw SinkFencedException");
            await ExpectHeldAsync(3);
        }

        Write(owner, 3, 5);
        await CommitAsync(owner, 5);
        await zombie.DisposeAsync(); // what the old owner gives back is not its own any more
        Write(owner, 5, 8);
        await CommitAsync(owner, 8);
        await ExpectHeldAsync(8);
        return true;
    }

    private async Task<bool> FenceRace()
    {
        var next = 0;
        for (var round = 0; round < 30; round++)
        {
            await using var old = await ClaimAsync();
            Expect((old.Writer.NextOffset ?? 0) == next, $"a claim resumes at {Show(old.Writer.NextOffset)} instead of {next}");
            Write(old, next, next + 5);
            var commit = Task.Run(() => CommitAsync(old, next + 5), stop);
            await using var owner = await ClaimAsync();
            var fenced = false;
            try
            {
                await commit;
            }
            catch (SinkFencedException)
            {
                fenced = true;
            }

            // Whoever comes later sees what the other one did.
            Expect(
                (owner.Writer.NextOffset ?? 0) == (fenced ? next : next + 5),
                $"the old owner was {(fenced ? "fenced" : "not fenced")}, and the new one resumes at {Show(owner.Writer.NextOffset)}, from {next}");
            next = fenced ? next : next + 5;
            await ExpectHeldAsync(next);
        }

        return true;
    }

    private async Task<bool> OutageAtClaim()
    {
        await using (var first = await ClaimAsync())
        {
            Write(first, 0, 3);
            await CommitAsync(first, 3);
        }

        if (await target.BeginOutageAsync(stop) is not { } outage)
            return false;
        await using (outage)
        {
            await ExpectThrownAsync<SinkUnavailableException>(
                async () =>
                {
                    await using var none = await ClaimAsync();
                },
                "a claim while the target is away does not throw SinkUnavailableException");
        }

        await using var owner = await ClaimPatientlyAsync();
        Expect(owner.Writer.NextOffset == 3, $"after the outage the claim resumes at {Show(owner.Writer.NextOffset)} instead of 3");
        return true;
    }

    private async Task<bool> OutageAtCommit()
    {
        await using var owner = await ClaimAsync();
        Write(owner, 0, 3);
        await CommitAsync(owner, 3);
        Write(owner, 3, 6);
        if (await target.BeginOutageAsync(stop) is not { } outage)
            return false;
        await using (outage)
        {
            await ExpectThrownAsync<SinkUnavailableException>(
                () => CommitAsync(owner, 6), "a commit while the target is away does not throw SinkUnavailableException");
            Expect(owner.Writer.BufferedBytes > 0, "the buffer is gone though nothing was written");
        }

        Write(owner, 6, 8); // more arrives meanwhile
        await PatientlyAsync(async () =>
        {
            await CommitAsync(owner, 8);
            return true;
        });
        Expect(owner.Writer.NextOffset == 8, $"after the outage the next offset is {Show(owner.Writer.NextOffset)} instead of 8");
        await ExpectHeldAsync(8);
        return true;
    }

    private async Task<bool> DeathWithBuffer()
    {
        var dead = await ClaimAsync();
        Write(dead, 0, 3);
        await CommitAsync(dead, 3);
        Write(dead, 3, 6);
        await dead.KillAsync();
        await using var next = await ClaimPatientlyAsync();
        Expect(next.Writer.NextOffset == 3, $"the next owner resumes at {Show(next.Writer.NextOffset)} instead of 3");
        await ExpectHeldAsync(3);
        Write(next, 3, 6);
        await CommitAsync(next, 6);
        await ExpectHeldAsync(6);
        return true;
    }

    private async Task<bool> DeathWhileRefusing()
    {
        if (target.MakeRefusedRecord(1) is null)
            return false;
        var dead = await ClaimAsync();
        WriteWithRefused(dead, [1, 4]);
        await ExpectThrownAsync<KeptNowhereException>(
            async () => await dead.Writer.CommitAsync(6, static (_, _) => throw new KeptNowhereException(), stop),
            "what the handler of refused records throws does not come out of the commit");
        await dead.KillAsync();
        await using var next = await ClaimPatientlyAsync();
        Expect(next.Writer.NextOffset is null, $"nothing was committed, and the next owner resumes at {Show(next.Writer.NextOffset)}");
        await ExpectHeldAsync(0);
        return true;
    }

    private async Task<bool> DeathWithinCommit()
    {
        var random = new Random(seed);
        var next = 0;
        for (var round = 0; round < 40; round++)
        {
            var dead = await ClaimPatientlyAsync();
            var size = random.Next(1, 400);
            Write(dead, next, next + size);
            using var death = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var committed = false;
            try
            {
                // Now and then before it begins, mostly somewhere within, sometimes after it is done.
                death.CancelAfter(TimeSpan.FromMicroseconds(random.Next(0, 6000)));
                await dead.Writer.CommitAsync(next + size, Keep([]), death.Token);
                committed = true;
            }
            catch (Exception e) when (e is OperationCanceledException or SinkUnavailableException && !stop.IsCancellationRequested)
            {
                // The outcome is unknown until the next claim.
            }

            await dead.KillAsync();
            await using var owner = await ClaimPatientlyAsync();
            var now = owner.Writer.NextOffset ?? 0;
            Expect(now == next + size || (now == next && !committed), $"a commit from {next} to {next + size} left the offset at {now}");
            next = (int)now;
            await ExpectHeldAsync(next);
        }

        return true;
    }

    private async Task<bool> AtRandom()
    {
        var random = new Random(seed);
        var (next, written) = (0, 0);
        var owner = await ClaimAsync();
        try
        {
            for (var step = 0; step < 150; step++)
            {
                switch (random.Next(8))
                {
                    case 0:
                        await owner.KillAsync();
                        owner = await ResumeAsync();
                        break;
                    case 1:
                        await owner.DisposeAsync();
                        owner = await ResumeAsync();
                        break;
                    case 2:
                        var zombie = owner;
                        owner = await ResumeAsync();
                        await ExpectThrownAsync<SinkFencedException>(
                            () => CommitAsync(zombie, next + 100), "an old owner's commit does not throw SinkFencedException");
                        await zombie.DisposeAsync();
                        break;
                    case 3:
                        owner.Writer.Discard();
                        written = next;
                        break;
                    case 4 or 5:
                        await CommitAsync(owner, written);
                        next = written;
                        await ExpectHeldAsync(next);
                        break;
                    default:
                        var count = random.Next(1, 50);
                        if (written == next)
                            Write(owner, Math.Max(0, next - random.Next(3)), next); // read again, and ignored
                        Write(owner, written, written + count);
                        written += count;
                        break;
                }
            }

            await CommitAsync(owner, written);
            await ExpectHeldAsync(written);
            return true;
        }
        finally
        {
            await owner.DisposeAsync();
        }

        async Task<Owner> ResumeAsync()
        {
            var resumed = await ClaimPatientlyAsync();
            Expect((resumed.Writer.NextOffset ?? 0) == next, $"a claim resumes at {Show(resumed.Writer.NextOffset)} instead of {next}");
            written = next;
            return resumed;
        }
    }

    private Task<Owner> ClaimPatientlyAsync() => PatientlyAsync(() => ClaimAsync());

    /// <summary>Tries as the engine does while the target says that it is away.</summary>
    private async Task<T> PatientlyAsync<T>(Func<Task<T>> action)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await action();
            }
            catch (SinkUnavailableException e)
            {
                if (TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(60))
                    throw new SinkConformanceException("the target does not come back within a minute", e);
                await Task.Delay(TimeSpan.FromMilliseconds(10), stop);
            }
        }
    }
}
