using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MedStreams.Serialization.Registry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Endpoint = MedStreams.Cli.Configuration.Endpoint;

namespace MedStreams.Cli.Registry;

/// <summary>How a registry is served.</summary>
/// <param name="Listen">Where.</param>
/// <param name="MaxRequestBytes">The largest body.</param>
/// <param name="Certificate">The certificate with its key; null: without TLS.</param>
/// <param name="Intermediates">Certificates between it and the root.</param>
/// <param name="ClientAuthorities">What clients' certificates must come from; null: they need none.</param>
internal sealed record RegistryHttpOptions(
    Endpoint Listen, int MaxRequestBytes, X509Certificate2? Certificate, X509Certificate2Collection Intermediates, X509Certificate2Collection? ClientAuthorities);

/// <summary>Serves a registry over HTTP.</summary>
internal sealed class RegistryHttpHost : IAsyncDisposable
{
    private readonly WebApplication _web;

    private RegistryHttpHost(WebApplication web, Uri address)
    {
        _web = web;
        Address = address;
    }

    /// <summary>What clients take as <c>schema.registry.url</c>.</summary>
    public Uri Address { get; }

    /// <summary>Begins to serve.</summary>
    /// <exception cref="CliException">The address is taken.</exception>
    public static async Task<RegistryHttpHost> StartAsync(EmbeddedSchemaRegistry registry, RegistryHttpOptions options, CancellationToken stop)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxRequestBytes;
            kestrel.Listen(options.Listen.Address(), options.Listen.Port, endpoint => Secure(endpoint, options));
        });
        var web = builder.Build();
        web.Run(context => AnswerAsync(registry, context));
        try
        {
            await web.StartAsync(stop);
        }
        catch (IOException e)
        {
            await web.DisposeAsync();
            throw CliException.Failed($"the schema registry cannot listen at {options.Listen}: {e.InnerException?.Message ?? e.Message}", e);
        }

        var bound = new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        var any = bound.Host is "0.0.0.0" or "[::]" or "::";
        return new RegistryHttpHost(web, any ? new UriBuilder(bound) { Host = IPAddress.Loopback.ToString() }.Uri : bound);
    }

    public async ValueTask DisposeAsync()
    {
        await _web.StopAsync();
        await _web.DisposeAsync();
    }

    private static void Secure(ListenOptions endpoint, RegistryHttpOptions options)
    {
        endpoint.Protocols = HttpProtocols.Http1;
        if (options.Certificate is null)
            return;
        endpoint.UseHttps(new HttpsConnectionAdapterOptions
        {
            ServerCertificate = options.Certificate,
            ServerCertificateChain = options.Intermediates,
            SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateMode = options.ClientAuthorities is null ? ClientCertificateMode.NoCertificate : ClientCertificateMode.RequireCertificate,
            ClientCertificateValidation = (certificate, _, _) => IsTrusted(certificate, options.ClientAuthorities!),
        });
    }

    private static bool IsTrusted(X509Certificate2 certificate, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2")); // client authentication
        return chain.Build(certificate);
    }

    private static async Task AnswerAsync(EmbeddedSchemaRegistry registry, HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        using var body = new MemoryStream();
        try
        {
            await request.Body.CopyToAsync(body, context.RequestAborted);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e)
        {
            response.StatusCode = e.StatusCode;
            return;
        }

        var answer = await registry.HandleAsync(
            new RegistryRequest(request.Method, Target(context), body.ToArray(), request.Headers.Authorization.FirstOrDefault()), context.RequestAborted);
        response.StatusCode = answer.Status;
        response.ContentType = RegistryResponse.ContentType;
        response.ContentLength = answer.Body.Length;
        if (answer.Challenge is { } challenge)
            response.Headers.WWWAuthenticate = challenge;
        if (!HttpMethods.IsHead(request.Method))
            await response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }

    /// <summary>The target as it was sent: unescaped, a slash within a subject could not be told from one between parts.</summary>
    private static string Target(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return target.StartsWith('/') ? target : Uri.TryCreate(target, UriKind.Absolute, out var whole) ? whole.PathAndQuery : "/";
    }
}
