using MedStreams.Chaos.Tests.Children;
using Xunit.Runner.InProc.SystemConsole;

// The children of the tests are this same program, so that they are there wherever the tests are.
return args switch
{
    [BrokerProgram.Argument, .. var settings] => await BrokerProgram.RunAsync(settings),
    [RunnerProgram.Argument, var settings] => await RunnerProgram.RunAsync(settings),
    _ => await ConsoleRunner.Run(args),
};
