using System.CommandLine;
using System.CommandLine.Invocation;
using System.Diagnostics.CodeAnalysis;
using Confluent.Kafka;
using MedStreams.Cli.Commands;
using MedStreams.Cli.Kafka;
using MedStreams.Cli.Terminal;
using MedStreams.Streams;

namespace MedStreams.Cli;

/// <summary>Parses arguments, runs the verb, and maps whatever goes wrong to an exit code and a line on standard error.</summary>
internal static class CommandLine
{
    /// <summary>Runs one verb.</summary>
    /// <returns>One of <see cref="ExitCodes"/>; <see cref="ExitCodes.Done"/> also where <paramref name="stop"/> ended the verb.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "The outermost handler: an unforeseen error becomes exit code 1")]
    public static async Task<int> RunAsync(string[] args, CliEnvironment environment, CancellationToken stop)
    {
        var parse = Verbs.Root(environment).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parse.Action is ParseErrorAction)
            return await ReportMisuseAsync(parse, args, environment);
        try
        {
            await using var output = new StreamWriter(environment.Output, leaveOpen: true) { AutoFlush = true };
            var configuration = new InvocationConfiguration
            {
                Output = output,
                Error = environment.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parse.InvokeAsync(configuration, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCodes.Done;
        }
        catch (IOException e) when (StandardOutput.IsBrokenPipe(e))
        {
            return ExitCodes.Signal(13);
        }
        catch (CliException e)
        {
            return Fail(e.ExitCode, e.Message);
        }
        catch (KafkaException e)
        {
            return Fail(KafkaFailures.ExitCode(e.Error), KafkaFailures.Describe(e.Error));
        }
        catch (StreamsException e) when (e.InnerException is KafkaException { Error: var error })
        {
            return Fail(KafkaFailures.ExitCode(error), e.Message);
        }
        catch (DllNotFoundException e)
        {
            return Fail(ExitCodes.Failed, $"{e.Message.Split('\n')[0]} ('medstreams doctor' names the package that brings it)");
        }
        catch (Exception e)
        {
            return Fail(ExitCodes.Failed, Verbose(parse) ? e.ToString() : e.Message);
        }

        int Fail(int code, string message)
        {
            environment.Error.WriteLine($"medstreams: {message}");
            return code;
        }
    }

    private static bool Verbose(ParseResult parse) => parse.GetValue(GlobalOptions.Verbose);

    private static async Task<int> ReportMisuseAsync(ParseResult parse, string[] args, CliEnvironment environment)
    {
        if (args.Length == 0)
        {
            await parse.RootCommandResult.Command.Parse("--help")
                .InvokeAsync(new InvocationConfiguration { Output = environment.Error, Error = environment.Error });
            return ExitCodes.Usage;
        }

        foreach (var error in parse.Errors)
            await environment.Error.WriteLineAsync($"medstreams: {error.Message}");
        await environment.Error.WriteLineAsync($"See: {Path(parse)} --help");
        return ExitCodes.Usage;
    }

    private static string Path(ParseResult parse)
    {
        var names = new List<string>();
        for (var at = parse.CommandResult; at is not null; at = at.Parent as System.CommandLine.Parsing.CommandResult)
            names.Insert(0, at.Command is RootCommand ? "medstreams" : at.Command.Name);
        return string.Join(' ', names);
    }
}
