using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Dicom.Pacs;
using MedStreams.Sources.Pacs.Files;
using MedStreams.Sources.Pacs.Ftp;
using MedStreams.Sources.Pacs.Located;
using MedStreams.Sources.Pacs.S3;

namespace MedStreams.Cli.Running.Migration;

/// <summary>Where objects lie under addresses (S3.7): folders, an FTP server, object storage; those that are set.</summary>
internal sealed class LocatedPeers
{
    private readonly PeerContext _context;
    private readonly Dictionary<string, IObjectStore> _stores = new(StringComparer.Ordinal);
    private readonly List<IAsyncDisposable> _resources = [];

    public LocatedPeers(PeerContext context)
    {
        _context = context;
        var settings = context.Settings;
        if (settings.Find(MigrationSettings.Source.Folder, out var folder))
            _stores["file"] = new LocalFileStore([FolderPeers.Root(context, folder)]);
        if (settings.Find(LocatedSettings.FtpAddress, out var ftp))
            AddFtp(settings, ftp);
        if (settings.Find(LocatedSettings.S3Buckets, out var buckets))
            AddS3(settings, buckets);
    }

    /// <summary>All of them as one.</summary>
    public IObjectStore Store => new SchemeStore(_stores);

    /// <summary>What has to be closed after the run.</summary>
    public IReadOnlyList<IAsyncDisposable> Resources => _resources;

    /// <summary>Adds one of another kind.</summary>
    public void Add(string scheme, IObjectStore store) => _stores[scheme] = store;

    /// <summary>Fetches from them by address.</summary>
    /// <param name="byIdentifier">Fetches what has no address; null: nothing does.</param>
    public IObjectFetcher Fetcher(IObjectFetcher? byIdentifier) => new SchemeFetcher(
        _stores.ToDictionary(
            s => s.Key, s => (IObjectFetcher)new LocatedFetcher(s.Value, _context.Spool, new LocatedFetcherOptions(), TimeProvider.System), StringComparer.Ordinal),
        byIdentifier);

    private void AddFtp(EffectiveSettings settings, Endpoint address)
    {
        var isNamed = settings.Find(LocatedSettings.FtpUser, out var user);
        var store = new FtpObjectStore(
            new FtpStoreOptions
            {
                Host = address.Host,
                Port = address.Port,
                User = isNamed ? user! : "anonymous",
                Password = isNamed ? settings.Require(LocatedSettings.FtpPassword) : "",
                UsesTls = settings.Get(LocatedSettings.FtpTls),
            },
            TimeProvider.System);
        (_stores["ftp"], _stores["ftps"]) = (store, store);
        _resources.Add(store);
    }

    private void AddS3(EffectiveSettings settings, IReadOnlyList<string> buckets)
    {
        var isNamed = settings.Find(LocatedSettings.S3AccessKey, out var key);
        var store = new S3ObjectStore(new S3StoreOptions
        {
            Buckets = buckets,
            Endpoint = settings.Find(LocatedSettings.S3Endpoint, out var endpoint) ? endpoint : null,
            Region = settings.Get(LocatedSettings.S3Region),
            AccessKey = isNamed ? key : null,
            SecretKey = isNamed ? settings.Require(LocatedSettings.S3SecretKey) : null,
        });
        _stores["s3"] = store;
        _resources.Add(new Owned(store));
    }
}
