using MedStreams.Broker.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker;

/// <summary>Lets a host run an <see cref="EmbeddedBroker"/>.</summary>
public static class BrokerServiceCollectionExtensions
{
    /// <summary>
    /// Adds an <see cref="EmbeddedBroker"/>, which can be asked for, and a hosted service that starts it before services
    /// that are added later and stops it after them.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="options">How the broker is set up.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="BrokerException">An option is out of its range.</exception>
    public static IServiceCollection AddEmbeddedBroker(this IServiceCollection services, BrokerOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        options.Validate();
        services.AddSingleton(provider => new EmbeddedBroker(
            options, provider.GetService<ILoggerFactory>(), provider.GetService<TimeProvider>()));
        services.AddSingleton<IHostedService>(provider =>
            new BrokerHostedService(provider.GetRequiredService<EmbeddedBroker>()));
        return services;
    }
}
