using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using MedStreams.Streams;

namespace MedStreams.Topologies.Migration;

/// <summary>One call to a mover: whatever comes of it is an outcome.</summary>
internal static class MoverCall
{
    [SuppressMessage("Design", "CA1031", Justification = "Whatever a mover throws is an outcome of the step, which the study's machine settles")]
    public static async ValueTask<MigrationOutcome> RunAsync(
        IStudyMover mover, MigrationOptions options, string study, MigrationStep step, AsyncCallContext context)
    {
        var began = context.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        StepResult result;
        try
        {
            result = await Call(mover, study, step, limit.Token).AsTask().WaitAsync(options.StepLimit, context.Clock, context.CancellationToken);
        }
        catch (TimeoutException)
        {
            await limit.CancelAsync();
            result = StepResult.Failed(
                StepFailure.Unavailable, string.Create(CultureInfo.InvariantCulture, $"the step did not end within {options.StepLimit}"));
        }
        catch (Exception e) when (!context.CancellationToken.IsCancellationRequested)
        {
            // Its text may hold anything, patient data too; its type does not.
            result = StepResult.Failed(StepFailure.Refused, $"the step ended with {e.GetType().Name}");
        }

        return new MigrationOutcome(step, result, began, context.Clock.GetUtcNow().ToUnixTimeMilliseconds());
    }

    private static ValueTask<StepResult> Call(IStudyMover mover, string study, MigrationStep step, CancellationToken cancellationToken) => step.Kind switch
    {
        StepKind.Collect => mover.CollectAsync(study, step, cancellationToken),
        StepKind.Transfer => mover.TransferAsync(study, step, cancellationToken),
        StepKind.Finish => mover.FinishAsync(study, step, cancellationToken),
        _ => mover.RollBackAsync(study, step, cancellationToken),
    };
}
