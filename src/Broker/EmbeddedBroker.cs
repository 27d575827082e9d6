using System.Net;
using MedStreams.Broker.Server;
using MedStreams.Broker.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Broker;

/// <summary>
/// A durable, single-node log inside this process that speaks Kafka's protocol: unmodified Kafka clients connect to
/// <see cref="BootstrapServers"/>. What it acknowledges survives the end of the process at any moment.
/// </summary>
/// <remarks>
/// It does not replicate: for that, give clients the address of an Apache Kafka cluster instead; nothing else changes.
/// <see cref="StartAsync"/> and <see cref="StopAsync"/> are called once each; the properties may be read by any thread.
/// </remarks>
public sealed class EmbeddedBroker : IAsyncDisposable
{
    private readonly BrokerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly IFileSystem _files;
    private RunningBroker? _running;
    private bool _started;

    /// <summary>A broker that is not started yet.</summary>
    /// <param name="options">How it is set up.</param>
    /// <param name="loggerFactory">Where it reports; nowhere by default.</param>
    /// <param name="clock">The clock; the system's by default.</param>
    /// <exception cref="BrokerException">An option is out of its range.</exception>
    public EmbeddedBroker(BrokerOptions options, ILoggerFactory? loggerFactory = null, TimeProvider? clock = null)
        : this(options, loggerFactory, clock, PhysicalFileSystem.Instance)
    {
    }

    internal EmbeddedBroker(BrokerOptions options, ILoggerFactory? loggerFactory, TimeProvider? clock, IFileSystem files)
    {
        options.Validate();
        _options = options;
        _clock = clock ?? TimeProvider.System;
        _logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<EmbeddedBroker>();
        _files = files;
    }

    /// <summary>The port that is listened on; with several listeners, that of the first.</summary>
    /// <exception cref="InvalidOperationException">The broker does not run.</exception>
    public int Port => Running.Server.EndPoints[0].EndPoint.Port;

    /// <summary>
    /// What clients on this machine take as <c>bootstrap.servers</c>: host and port; with several listeners, of the first.
    /// </summary>
    /// <exception cref="InvalidOperationException">The broker does not run.</exception>
    public string BootstrapServers => Reachable(Running.Server.EndPoints[0].EndPoint).ToString();

    /// <summary>The id of the cluster that this one broker is; it stays the same for a data directory.</summary>
    /// <exception cref="InvalidOperationException">The broker does not run.</exception>
    public string ClusterId => Running.Context.Logs.ClusterId;

    /// <summary>The listeners, in their order, with what clients on this machine take as <c>bootstrap.servers</c>: host and port.</summary>
    /// <exception cref="InvalidOperationException">The broker does not run.</exception>
    public IReadOnlyList<(string Name, ListenerProtocol Protocol, string BootstrapServers)> Listeners =>
        [.. Running.Server.EndPoints.Select(at => (at.Listener.Name, at.Listener.Protocol, Reachable(at.EndPoint).ToString()))];

    /// <summary>What is counted, for tests.</summary>
    internal Metrics.BrokerMetrics Metrics => Running.Context.Metrics;

    /// <summary>How many requests wait, for tests.</summary>
    internal int Waiting => Running.Dispatcher.Waiting.Sum(of => of.Count);

    private RunningBroker Running => _running ?? throw new InvalidOperationException("The broker does not run.");

    /// <summary>
    /// Opens the data directory, after an unclean stop checking the logs from their recovery points on, and begins to
    /// serve clients.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait before the broker serves; what was opened is closed again.</param>
    /// <exception cref="BrokerException">The directory is in use, damaged or not to be written, or the port is taken.</exception>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (_started)
            throw new InvalidOperationException("A broker is started once; make a new one.");
        _started = true;

        // Off the caller's thread: after a crash there may be a lot to read.
        try
        {
            _running = await Task.Run(
                () => RunningBroker.StartAsync(_options, _files, _clock, _logger, cancellationToken), cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BrokerException($"The data directory {_options.DataDirectory} cannot be used: {exception.Message}", exception);
        }

        var endPoints = string.Join(", ", _running.Server.EndPoints.Select(listener => $"{listener.Listener.Name}://{listener.EndPoint}"));
        ServerLogs.Listening(_logger, endPoints, _options.DataDirectory, ClusterId);
    }

    /// <summary>Ends all connections, makes everything durable and closes the data directory. Nothing happens when it does not run.</summary>
    /// <param name="cancellationToken">Not used: a stop that is broken off would be a crash.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _running, null) is not { } running)
            return;
        await running.DisposeAsync();
        ServerLogs.Stopped(_logger, _options.DataDirectory);
    }

    /// <summary>The same as <see cref="StopAsync"/>.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    /// <summary>An address that can be connected to: nobody can connect to "all addresses".</summary>
    private static IPEndPoint Reachable(IPEndPoint endPoint) => endPoint.Address switch
    {
        var any when any.Equals(IPAddress.Any) => new(IPAddress.Loopback, endPoint.Port),
        var any when any.Equals(IPAddress.IPv6Any) => new(IPAddress.IPv6Loopback, endPoint.Port),
        _ => endPoint,
    };
}
