using Microsoft.Extensions.Hosting;

namespace MedStreams.Broker.Server;

/// <summary>Starts and stops a broker with its host.</summary>
internal sealed class BrokerHostedService(EmbeddedBroker broker) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => broker.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => broker.StopAsync(cancellationToken);
}
