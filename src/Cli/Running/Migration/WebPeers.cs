using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Web;
using MedStreams.Sinks.Pacs;
using MedStreams.Sources.Pacs;

namespace MedStreams.Cli.Running.Migration;

/// <summary>A PACS by DICOMweb: QIDO-RS and WADO-RS on the old side, STOW-RS on the new one.</summary>
internal static class WebPeers
{
    public static OldPacs Source(PeerContext context)
    {
        var settings = context.Settings;
        var peer = MigrationSettings.Source;
        var (http, options) = (DicomWebHttp.Create(), Options(settings, peer));
        var name = Name(settings, peer);
        var query = new QidoClient(http, options);
        return new OldPacs(
            new QidoExamSource(name, query), new QidoStudyCollector(name, query), new WadoFetcher(name, new WadoClient(http, options), context.Spool))
        {
            Resources = [new Owned(http)],
        };
    }

    public static NewPacs Target(EffectiveSettings settings, Func<IPacsTarget, PreparedTarget> prepare)
    {
        var peer = MigrationSettings.Target;
        var http = DicomWebHttp.Create();
        var options = new StowTargetOptions { Conflicts = settings.Get(MigrationSettings.Conflicts), Equality = settings.Get(MigrationSettings.Equality) };
        var (name, service) = (Name(settings, peer), Options(settings, peer));
        return new NewPacs(prepare(new StowTarget(name, http, service, options)))
        {
            Exams = new QidoExamSource(name, new QidoClient(http, service)),
            Resources = [new Owned(http)],
        };
    }

    /// <summary>What reports call a peer: its name, else its address, without a user in it.</summary>
    public static string Name(EffectiveSettings settings, PeerSettings peer) =>
        settings.Find(peer.Name, out var name) ? name : settings.Require(peer.Url).GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped);

    private static DicomWebOptions Options(EffectiveSettings settings, PeerSettings peer) =>
        new() { Root = settings.Require(peer.Url), Credentials = Credentials(settings, peer) };

    private static DicomWebCredentials Credentials(EffectiveSettings settings, PeerSettings peer)
    {
        if (settings.Find(peer.Token, out var token))
            return DicomWebCredentials.Bearer((_, _) => ValueTask.FromResult(token));
        return settings.Find(peer.User, out var user) ? DicomWebCredentials.Basic(user, settings.Require(peer.Password)) : DicomWebCredentials.None;
    }
}

/// <summary>Something that is disposed of at once.</summary>
internal sealed class Owned(IDisposable resource) : IAsyncDisposable
{
    public ValueTask DisposeAsync()
    {
        resource.Dispose();
        return ValueTask.CompletedTask;
    }
}
