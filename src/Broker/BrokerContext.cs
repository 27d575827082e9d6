using MedStreams.Broker.Api;
using MedStreams.Broker.Coordination;
using MedStreams.Broker.Metrics;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker;

/// <summary>What the handlers of one broker share.</summary>
/// <param name="Options">The set-up, validated.</param>
/// <param name="Logs">The topics.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Logger">Where to report.</param>
internal sealed record BrokerContext(BrokerOptions Options, LogManager Logs, TimeProvider Clock, ILogger Logger)
{
    /// <summary>The id of this, the only broker.</summary>
    public const int NodeId = 1;

    /// <summary>What is counted.</summary>
    public required BrokerMetrics Metrics { get; init; }

    /// <summary>Keys, users and rules.</summary>
    public required BrokerSecurity Security { get; init; }

    /// <summary>The coordinators of groups and of transactions; null while there are none, and then their APIs are not served.</summary>
    public Coordinators? Coordinators { get; init; }

    /// <summary>The coordinator of transactions; null while there is none, and then no transaction can begin.</summary>
    public ITransactionCoordinator? Transactions { get; init; }
}
