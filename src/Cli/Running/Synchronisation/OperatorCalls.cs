using System.Globalization;
using MedStreams.Cli.Configuration;
using MedStreams.Sinks.Operators;
using MedStreams.Topologies.Synchronisation;
using Microsoft.Extensions.Logging;

namespace MedStreams.Cli.Running.Synchronisation;

/// <summary>What a synchronisation calls operators with: their declared APIs.</summary>
internal sealed class OperatorCalls(OperatorApis apis, TimeProvider clock) : IOperatorCalls, IAsyncDisposable
{
    /// <summary>Makes it from settings.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="directory">Where relative paths begin.</param>
    /// <param name="loggers">Where it is told how operators do.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="CliException">A declaration cannot be used; names keys and what to do.</exception>
    public static OperatorCalls Create(EffectiveSettings settings, string directory, ILoggerFactory loggers, TimeProvider clock)
    {
        var declared = OperatorSettings.Read(settings, directory);
        if (declared.Count == 0)
            throw CliException.Usage($"{SettingsCatalog.Section}:{OperatorSettings.Operators.Key}: no operator is declared; docs/synchronisation.md tells how");
        try
        {
            return new OperatorCalls(new OperatorApis(declared, loggers, clock), clock);
        }
        catch (OperatorDeclarationException e)
        {
            throw OperatorSettings.Usage(e.Operator, e);
        }
    }

    /// <summary>How operators do, as seen from this process.</summary>
    public IReadOnlyList<OperatorApiStatus> Status => apis.Status;

    /// <inheritdoc/>
    public async Task<CallResult> SyncAsync(CardCall call, CancellationToken cancellation)
    {
        var key = call.IdempotencyKey;
        var answer = await apis.CallAsync(call.Operator, new OperatorCall(key, Fields(call, key)) { MayHaveBeenMade = call.MayHaveBeenMade }, cancellation);
        return answer.Outcome switch
        {
            OperatorOutcome.Done => CallResult.Done,
            OperatorOutcome.AlreadyDone => CallResult.AlreadyDone,
            OperatorOutcome.Refused => CallResult.Refused(answer.Reason),
            OperatorOutcome.Unavailable => CallResult.Unavailable(answer.Reason, answer.RetryAfter),

            // Of the tries of this call one may have been made all the same, and only that word makes the next owner look first.
            _ when answer.MayBeDone => CallResult.Unavailable(answer.Reason, answer.RetryAfter),
            OperatorOutcome.Throttled => CallResult.Throttled(answer.RetryAfter),
            _ => CallResult.BreakerOpen(clock.GetUtcNow() + (answer.RetryAfter ?? TimeSpan.Zero)),
        };
    }

    public ValueTask DisposeAsync()
    {
        apis.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Dictionary<string, string> Fields(CardCall call, string key)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [OperatorFields.Enterprise] = call.Card.Enterprise,
            [OperatorFields.Number] = call.Card.Number,
            [OperatorFields.Operator] = call.Operator,
            [OperatorFields.Due] = call.Due.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            [OperatorFields.Key] = key,
        };
        foreach (var (name, value) in call.Card.Fields)
            fields[OperatorFields.CardPrefix + name] = value;
        return fields;
    }
}
