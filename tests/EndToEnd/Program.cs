using MedStreams.Support.OperatorApi;
using Xunit.Runner.InProc.SystemConsole;

// The operator's API is this same program, so that it is there wherever the tests are.
return args switch
{
    [OperatorApiProgram.Argument, .. var settings] => await OperatorApiProgram.RunAsync(settings),
    _ => await ConsoleRunner.Run(args),
};
