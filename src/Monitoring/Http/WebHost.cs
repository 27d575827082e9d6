using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MedStreams.Monitoring;

/// <summary>A web server of this house: small requests, no name in its answers, no line for each request.</summary>
internal static class WebHost
{
    /// <summary>The largest body of a request.</summary>
    public const int LargestBody = 64 << 10;

    /// <summary>A server that is not started.</summary>
    /// <param name="listen">Where; port 0 takes a free one.</param>
    /// <param name="loggers">For its failures; null for none.</param>
    /// <param name="certificate">The server's, with its key; null: no TLS.</param>
    /// <param name="chain">The certificates between that one and the root.</param>
    public static WebApplication Make(
        IPEndPoint listen, ILoggerFactory? loggers, X509Certificate2? certificate = null, X509Certificate2Collection? chain = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(listen, endpoint =>
            {
                if (certificate is not null)
                    endpoint.UseHttps(https => (https.ServerCertificate, https.ServerCertificateChain) = (certificate, chain));
            });
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        });
        builder.Services.AddRoutingCore();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        if (loggers is not null)
            builder.Logging.AddProvider(new OtherLoggers(loggers));
        return builder.Build();
    }

    /// <summary>Starts a server and tells where it listens; whoever owns it is disposed of where it cannot start.</summary>
    /// <param name="application">The server.</param>
    /// <param name="owner">Whose it is.</param>
    /// <param name="map">Says what it answers.</param>
    /// <exception cref="IOException">The address cannot be listened at.</exception>
    public static async Task<Uri> StartAsync(WebApplication application, IAsyncDisposable owner, Action map)
    {
        try
        {
            map();
            await application.StartAsync();
        }
        catch
        {
            await owner.DisposeAsync();
            throw;
        }

        return new(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    /// <summary>Hands log lines on to loggers that are not the server's own.</summary>
    private sealed class OtherLoggers(ILoggerFactory loggers) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => loggers.CreateLogger(categoryName);

        public void Dispose()
        {
            // They are somebody else's.
        }
    }
}
