using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Serialization.Registry;

/// <summary>How an <see cref="EmbeddedSchemaRegistry"/> is set up.</summary>
public sealed record EmbeddedSchemaRegistryOptions
{
    /// <summary>The level where none is set through the interface. Default <see cref="CompatibilityLevel.Backward"/>, as Confluent's.</summary>
    public CompatibilityLevel Compatibility { get; init; } = CompatibilityLevel.Backward;

    /// <summary>Users and passwords for basic authentication. Default none: everyone may do everything.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>The id of the cluster, as the interface tells it. Default empty.</summary>
    public string ClusterId { get; init; } = "";
}

/// <summary>
/// A schema registry inside this process: it answers as Confluent's does and keeps its schemas in the same form, for Avro. It
/// takes requests from whatever carries them; <c>medstreams broker --registry</c> serves it over HTTP. Safe for use by several
/// threads. One registry writes to a log at a time.
/// </summary>
public sealed class EmbeddedSchemaRegistry : IDisposable
{
    private readonly EmbeddedSchemaRegistryOptions _options;
    private readonly ISchemaLog _log;
    private readonly ILogger _logger;
    private readonly RegistryCatalog _catalog;
    private readonly RegistryEditor _editor;
    private readonly RegistryApi _api;

    /// <summary>A registry that is not started yet.</summary>
    /// <param name="log">Where it keeps its schemas.</param>
    /// <param name="options">How it is set up; the defaults by default.</param>
    /// <param name="loggerFactory">Where it reports; nowhere by default.</param>
    public EmbeddedSchemaRegistry(ISchemaLog log, EmbeddedSchemaRegistryOptions? options = null, ILoggerFactory? loggerFactory = null)
    {
        _options = options ?? new EmbeddedSchemaRegistryOptions();
        _log = log;
        _logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<EmbeddedSchemaRegistry>();
        _catalog = new RegistryCatalog(_options.Compatibility);
        _editor = new RegistryEditor(_catalog, log);
        _api = new RegistryApi(_catalog, _editor, _options.ClusterId);
    }

    /// <summary>Reads the log. Requests are answered once it has returned.</summary>
    /// <exception cref="SchemaRegistryException">The log cannot be read.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await _log.StartAsync(Apply, cancellationToken);
        RegistryLogs.Started(_logger, _catalog.All().Count, _catalog.MaxId);
    }

    /// <summary>Answers a request; refusals and failures are answers too.</summary>
    public async Task<RegistryResponse> HandleAsync(RegistryRequest request, CancellationToken cancellationToken = default)
    {
        if (!IsAllowed(request.Authorization))
            return RegistryApi.Refused(401, 401, "Unauthorized") with { Challenge = "Basic realm=\"schema-registry\"" };
        return await _api.HandleAsync(request, cancellationToken);
    }

    /// <summary>A client of this registry, within the process. Dispose it; the registry stays.</summary>
    /// <param name="userName">The user, where the registry has users.</param>
    /// <param name="password">Its password.</param>
    public SchemaRegistryClient CreateClient(string? userName = null, string? password = null) => new(
        new SchemaRegistryOptions { Urls = [new Uri("http://registry.invalid")], UserName = userName, Password = password, Retries = 0 },
        null,
        new InProcessHandler(this));

    /// <summary>Ends it; requests after that are refused.</summary>
    public void Dispose() => _editor.Dispose();

    private void Apply(SchemaLogRecord record)
    {
        if (!_catalog.Apply(record))
            RegistryLogs.RecordPassedOver(_logger, record.Key.Length, record.Value?.Length ?? 0);
    }

    private bool IsAllowed(string? authorization)
    {
        if (_options.Users.Count == 0)
            return true;
        var allowed = false;
        var given = Encoding.UTF8.GetBytes(authorization ?? "");
        foreach (var (name, password) in _options.Users)
        {
            var expected = Encoding.UTF8.GetBytes("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}")));
            allowed |= CryptographicOperations.FixedTimeEquals(given, expected);
        }

        return allowed;
    }
}

/// <summary>Carries requests of a client straight to a registry.</summary>
internal sealed class InProcessHandler(EmbeddedSchemaRegistry registry) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var answer = await registry.HandleAsync(
            new RegistryRequest(request.Method.Method, request.RequestUri!.PathAndQuery, body, request.Headers.Authorization?.ToString()), cancellationToken);
        return new HttpResponseMessage((System.Net.HttpStatusCode)answer.Status) { Content = new ReadOnlyMemoryContent(answer.Body) };
    }
}
