namespace MedStreams.Bench.Support;

/// <summary>A measurement could not be made; the text says why.</summary>
public sealed class BenchException(string message) : Exception(message);

/// <summary>What all benchmark programs do at their start and end.</summary>
public static class BenchProgram
{
    /// <summary>Runs a program; started with a hidden argument it is the broker that the program started.</summary>
    /// <param name="bench">Its name.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="run">What it does.</param>
    /// <param name="workloads">The names of its workloads, for the usage.</param>
    /// <returns>The exit code: 0 done, 1 failed, 2 wrong usage.</returns>
    public static async Task<int> RunAsync(
        string bench, string[] arguments, Func<BenchOptions, Report, Task> run, string? workloads = null)
    {
        if (arguments is [BrokerProcess.Argument, .. var settings])
            return await BrokerProcess.ServeAsync(settings);
        if (arguments.Any(a => a is "--help" or "-h" or "-?"))
        {
            Console.WriteLine($"Usage: MedStreams.{bench}.Bench [OPTION...]\n\n{BenchOptions.Usage}");
            if (workloads is not null)
                Console.WriteLine($"\nWorkloads: {workloads}");
            return 0;
        }

        try
        {
            var options = BenchOptions.Parse(arguments);
            await run(options, new Report(Console.Out, options.Json));
            return 0;
        }
        catch (UsageException e)
        {
            await Console.Error.WriteLineAsync($"{bench}: {e.Message} --help lists what there is.");
            return 2;
        }
        catch (Exception e) when (e is BenchException or Confluent.Kafka.KafkaException or IOException)
        {
            await Console.Error.WriteLineAsync($"{bench}: {e.Message}");
            return 1;
        }
    }
}
