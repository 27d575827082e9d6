using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Storage;

/// <summary>
/// Random work on a log, ended at a random point by a power cut or by the end of the process, again and again on what is left.
/// What was acknowledged must be there, in the same place; nothing else may follow but what was written, in order.
/// </summary>
public sealed class PowerCutTests
{
    private static readonly TopicSettings Small = new() { SegmentBytes = 2000, IndexIntervalBytes = 100, LogAppendTime = true };

    [Theory]
    [InlineData(1, 60)]
    [InlineData(2, 60)]
    [InlineData(3, 60)]
    [InlineData(4, 60)]
    public async Task Nothing_acknowledged_is_lost(int seed, int runs)
    {
        for (var run = 0; run < runs; run++)
        {
            var random = new Random((seed * 1000) + run);
            var model = new LogModel();
            var disk = new SimulatedDisk();
            for (var life = 0; life < 6; life++)
                disk = await LiveAsync(disk, model, random);
            using var last = new TestLog(disk, Small);
            model.Compare(last);
        }
    }

    private static async Task<SimulatedDisk> LiveAsync(SimulatedDisk disk, LogModel model, Random random)
    {
        // Often right after the start, or even in the middle of the recovery.
        var deadline = random.Next(3) switch
        {
            0 => random.Next(12),
            1 => random.Next(60),
            _ => random.Next(400),
        };
        var steps = 0;
        disk.Before = (_, _) =>
        {
            if (++steps > deadline)
                throw new IOException("Power is going.");
        };
        TestLog? test = null;
        try
        {
            test = new TestLog(disk, Small, flushImmediately: false);
            model.Compare(test);
            while (steps <= deadline)
                await StepAsync(test, model, random);
        }
        catch (IOException)
        {
            // The cut came in the middle of a step.
        }

        disk.Before = null;
        test?.Dispose();
        return random.Next(2) == 0 ? disk.PowerCut(random) : disk.Kill();
    }

    private static async Task StepAsync(TestLog test, LogModel model, Random random)
    {
        switch (random.Next(12))
        {
            case < 5:
                model.Append(test, random);
                break;
            case < 7:
                model.End(test, random);
                break;
            case < 10:
                test.Flusher.Flush();
                model.Acknowledge(test.Log.HighWatermark);
                break;
            case 10:
                test.Flusher.Flush();
                model.Acknowledge(test.Log.HighWatermark);
                await test.Log.CheckpointAsync();
                break;
            default:
                test.Flusher.Flush();
                model.Acknowledge(test.Log.HighWatermark);
                if (test.Log.HighWatermark > test.Log.LogStartOffset && random.Next(4) == 0)
                    await test.Log.DeleteBeforeAsync(random.NextInt64(test.Log.LogStartOffset, test.Log.HighWatermark));
                break;
        }
    }
}
