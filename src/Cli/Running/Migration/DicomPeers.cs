using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Nodes;
using MedStreams.Dicom.Pacs;
using MedStreams.Sinks.Pacs;
using MedStreams.Sources.Pacs;

namespace MedStreams.Cli.Running.Migration;

/// <summary>A PACS by DICOM messages: C-FIND with C-GET or C-MOVE on the old side, C-STORE with Storage Commitment on the new one.</summary>
internal static class DicomPeers
{
    public static OldPacs Source(PeerContext context)
    {
        var node = Node(context, MigrationSettings.Source);
        IObjectFetcher fetcher = context.Settings.Get(MigrationSettings.Retrieve) == Retrieval.Move
            ? new MoveFetcher(node, context.Receiver.Moved, context.Spool)
            : new GetFetcher(node, context.Spool);
        return new OldPacs(new DicomExamSource(node), new DicomStudyCollector(node), fetcher) { Resources = [new Owned(node)] };
    }

    public static NewPacs Target(PeerContext context, Func<IPacsTarget, PreparedTarget> prepare)
    {
        var settings = context.Settings;
        var node = Node(context, MigrationSettings.Target, isHalf: true); // the other half stores
        var target = new DicomTarget(node, context.Receiver.Commitments, new DicomTargetOptions
        {
            Conflicts = settings.Get(MigrationSettings.Conflicts),
            Equality = settings.Get(MigrationSettings.Equality),
            Commitment = settings.Get(MigrationSettings.Commitment),
            Parallel = (settings.Get(MigrationSettings.Target.Associations) + 1) / 2,
        });
        return new NewPacs(prepare(target)) { Exams = new DicomExamSource(node), Resources = [target, new Owned(node)] };
    }

    /// <summary>The node of a side, with all of the associations that it may have, or half of them.</summary>
    /// <exception cref="CliException">Its address or title is not set.</exception>
    public static DicomNode Node(PeerContext context, PeerSettings peer, bool isHalf = false)
    {
        var settings = context.Settings;
        var (address, title) = (settings.Require(peer.Address), settings.Require(peer.AeTitle));
        var user = settings.Find(peer.User, out var name) ? new DicomUser(name, settings.Find(peer.Password, out var password) ? password : null) : null;
        return new DicomNode(
            settings.Find(peer.Name, out var called) ? called : $"{title}@{address}",
            new DicomPeer(title, address.Host, address.Port) { User = user },
            context.Network,
            isHalf ? Math.Max(1, settings.Get(peer.Associations) / 2) : settings.Get(peer.Associations));
    }
}

/// <summary>How instances are had by DICOM messages.</summary>
internal enum Retrieval
{
    /// <summary>C-GET: they come on our own association.</summary>
    Get,

    /// <summary>C-MOVE: the old PACS sends them to us, and has to know us.</summary>
    Move,
}
