using System.Net;
using MedStreams.Monitoring;
using Microsoft.Extensions.Logging;

namespace MedStreams.Cli.Configuration;

/// <summary>Where a process tells what it measures.</summary>
internal static class MetricsSettings
{
    public static Setting<Endpoint> Listen { get; } =
        new("Metrics:Listen", "Where broker, run and mllp-source tell their metrics over HTTP (/metrics); not set: nowhere", Rules.Endpoint, null);

    public static Setting<string> Token { get; } =
        new("Metrics:Token", "The secret of those who may read metrics there; not set: anyone may",
            new Rule<string>("a text of at least 16 characters", (string text, out string value) => (value = text).Length >= 16), null)
        {
            Secret = true,
        };

    /// <summary>All of them, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } = [Listen, Token];

    /// <summary>Tells them where that is asked for; null where it is not.</summary>
    /// <exception cref="CliException">The address cannot be listened at.</exception>
    public static async Task<MetricsServer?> ServeAsync(EffectiveSettings settings, ILoggerFactory loggers)
    {
        if (!settings.Find(Listen, out var listen))
            return null;
        try
        {
            return await MetricsServer.StartAsync(
                new IPEndPoint(listen.Address(), listen.Port), settings.Find(Token, out var token) ? token : null, loggers);
        }
        catch (IOException e)
        {
            throw CliException.Failed($"metrics cannot be told at {listen}: {e.InnerException?.Message ?? e.Message}", e);
        }
    }
}
